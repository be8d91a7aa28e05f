import { coalescing } from '@petrel/messaging'
import type { Pool } from 'pg'
import type { PricedLine } from '@petrel/contracts'
import { keepOnce, type Keyed } from '../books/keepOnce.ts'
import type { Outcome } from './outcome.ts'

export interface PlacedOrder extends Keyed {
  readonly order_id: string
  readonly customer_id: string
  readonly email: string
  readonly total_cents: number
  readonly currency: string
  readonly lines: readonly PricedLine[]
  readonly placed_at: Date
  readonly outcome: Outcome | null
}

export interface OrderBook {
  /** @returns the order that is there under this key, and what became of it */
  place(order: PlacedOrder): Promise<PlacedOrder>
  close(key: string, outcome: Outcome): Promise<void>
}

interface Closing {
  readonly key: string
  readonly outcome: Outcome
}

export function orderBook(database: Pool): OrderBook {
  const close = coalescing((closings: readonly Closing[]) => closeAll(database, closings))
  return { place: keepOnce(database, 'orders'), close: (key, outcome) => close({ key, outcome }) }
}

async function closeAll(database: Pool, closings: readonly Closing[]): Promise<void[]> {
  await database.query({
    name: 'close orders',
    text: `update orders set outcome = closing.outcome
           from jsonb_to_recordset($1::jsonb) as closing (key text, outcome jsonb) where request_key = closing.key`,
    values: [JSON.stringify(closings)],
  })
  return closings.map(() => undefined)
}
