import { coalescing } from '@petrel/messaging'
import type { Pool } from 'pg'
import { keepOnce, type Keyed } from '../books/keepOnce.ts'
import type { Outcome } from '../sales/outcome.ts'

/** An order under its own id. */
export interface KeptOrder extends Keyed {
  readonly customer_id: string
  readonly lines: readonly object[]
  readonly currency: string
  readonly request_hash: string
  readonly accepted_at: Date
  readonly outcome: Outcome | null
  readonly told: 'yes' | 'no' | null
}

interface Told {
  readonly key: string
  readonly outcome: Outcome | null
  readonly told: 'yes' | 'no' | null
}

/** What the shop's front knows of its orders. */
export interface Orders {
  /** @returns the order that is there under this id */
  keep(order: KeptOrder): Promise<KeptOrder>
  /** Writes down what became of it, and what the customer is told. */
  tell(told: Told): Promise<void>
  find(orderId: string): Promise<KeptOrder | undefined>
}

export function ordersIn(database: Pool): Orders {
  return {
    keep: keepOnce(database, 'orders'),
    tell: coalescing((told: readonly Told[]) => tellAll(database, told)),
    async find(orderId) {
      const query = { name: 'find', text: 'select * from orders where request_key = $1', values: [orderId] }
      return (await database.query<KeptOrder>(query)).rows[0]
    },
  }
}

async function tellAll(database: Pool, told: readonly Told[]): Promise<void[]> {
  await database.query({
    name: 'tell',
    text: `update orders set outcome = new.outcome, told = new.told
           from jsonb_to_recordset($1::jsonb) as new (key text, outcome jsonb, told text) where request_key = new.key`,
    values: [JSON.stringify(told)],
  })
  return told.map(() => undefined)
}
