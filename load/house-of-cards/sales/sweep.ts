import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@petrel/messaging'
import { customerMs } from '../patience.ts'
import type { OrderBook } from './orderBook.ts'
import type { Undo } from './undo.ts'

/** What a process that died was in the middle of is undone by the next one, once its customers have gone. */
export async function sweep(book: OrderBook, undo: Undo, log: Log, signal: AbortSignal): Promise<void> {
  const startedAt = new Date()
  await sleep(customerMs, undefined, { signal })
  for (const order of await book.giveUp(startedAt)) {
    log.warn({ orderId: order.order_id }, 'an order was left unfinished by the process before')
    undo.begin(order, order.debts)
  }
}
