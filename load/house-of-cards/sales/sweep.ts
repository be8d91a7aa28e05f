import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@petrel/messaging'
import type { Pool } from 'pg'
import { customerMs } from '../patience.ts'
import type { PlacedOrder } from './orderBook.ts'
import { type Outcome, step } from './outcome.ts'
import type { Undo } from './undo.ts'

/** What a process that died was in the middle of is undone by the next one, once its customers have gone. */
export async function sweep(database: Pool, undo: Undo, log: Log, signal: AbortSignal): Promise<void> {
  const startedAt = new Date()
  await sleep(customerMs, undefined, { signal })
  const outcome: Outcome = { status: 'failed', totalCents: 0, history: [step('OrderPlaced'), step('OrderFailed')] }
  const { rows } = await database.query<PlacedOrder>(
    'update orders set outcome = $2 where outcome is null and placed_at < $1 returning *',
    [startedAt, outcome],
  )
  for (const order of rows) {
    log.warn({ orderId: order.order_id }, 'an order was left unfinished')
    undo.reservation(order)
    undo.payment(order)
  }
}
