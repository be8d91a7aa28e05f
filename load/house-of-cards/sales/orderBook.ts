import type { PricedLine } from '@petrel/contracts'
import { coalescing } from '@petrel/messaging'
import type { Pool } from 'pg'
import { keepOnce, type Keyed } from '../books/keepOnce.ts'
import { type Debt, type Decision, failedOutcome, type Outcome } from './outcome.ts'

export interface PlacedOrder extends Keyed {
  readonly order_id: string
  readonly customer_id: string
  readonly email: string
  readonly total_cents: number
  readonly currency: string
  readonly lines: readonly PricedLine[]
  readonly placed_at: Date
  readonly outcome: Outcome | null
  readonly debts: readonly Debt[]
}

export interface OrderBook {
  /** @returns the order that is there under this key, and what became of it */
  place(order: PlacedOrder): Promise<PlacedOrder>
  close(key: string, decision: Decision): Promise<void>
  /** A debt is paid. */
  settle(key: string, debt: Debt): Promise<void>
  /** Gives up what was placed before and is still open. @returns all orders from before that owe something */
  giveUp(before: Date): Promise<PlacedOrder[]>
}

interface Closing extends Decision {
  readonly key: string
}

export function orderBook(database: Pool): OrderBook {
  const close = coalescing((closings: readonly Closing[]) => closeAll(database, closings))
  return {
    place: keepOnce(database, 'orders'),
    close: (key, decision) => close({ key, ...decision }),
    async settle(key, debt) {
      const text = 'update orders set debts = array_remove(debts, $2) where request_key = $1'
      await database.query({ name: 'settle', text, values: [key, debt] })
    },
    async giveUp(before) {
      const failed = `update orders set outcome = $2, debts = '{reservation,payment}' where outcome is null and placed_at < $1`
      await database.query(failed, [before, failedOutcome(0)])
      const owing = `select * from orders where debts <> '{}' and placed_at < $1`
      return (await database.query<PlacedOrder>(owing, [before])).rows
    },
  }
}

async function closeAll(database: Pool, closings: readonly Closing[]): Promise<void[]> {
  await database.query({
    name: 'close orders',
    text: `update orders set outcome = closing.outcome, debts = closing.debts
           from jsonb_to_recordset($1::jsonb) as closing (key text, outcome jsonb, debts text[]) where request_key = closing.key`,
    values: [JSON.stringify(closings)],
  })
  return closings.map(() => undefined)
}
