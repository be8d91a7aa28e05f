import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@petrel/messaging'
import { deadlineIn } from '../http/deadline.ts'
import type { Neighbour } from '../http/neighbour.ts'
import { gatewayAttemptMs, undoMs } from '../patience.ts'
import type { PlacedOrder } from './orderBook.ts'

/** Takes back what was done of an order that failed, after its customer was told. What this process forgets, nobody undoes. */
export interface Undo {
  reservation(order: PlacedOrder): void
  payment(order: PlacedOrder): void
  /** Resolves when nothing is being undone. */
  finished(): Promise<void>
}

const retries = 20

export function undoWith(stock: Neighbour, billing: Neighbour, log: Log): Undo {
  const underWay = new Set<Promise<void>>()
  const later = (what: string, { order_id: orderId }: PlacedOrder, work: () => Promise<unknown>) => {
    const undoing = work()
      .then(() => log.info({ orderId }, `undone: ${what}`))
      .catch((error: Error) => log.error({ orderId, reason: error.message }, `not undone: ${what}`))
      .finally(() => underWay.delete(undoing))
    underWay.add(undoing)
  }
  return {
    reservation: (order) =>
      later('reservation', order, () =>
        stock({
          path: '/releases',
          key: `${order.request_key}/release`,
          body: { orderId: order.order_id },
          deadline: deadlineIn(undoMs),
          retries,
        }),
      ),
    payment: (order) =>
      later('payment', order, async () => {
        // A charge that nobody waits for any more may still come through: given back before, it would stay.
        await sleep(gatewayAttemptMs)
        const body = { orderId: order.order_id }
        await billing({ path: '/refunds', key: `${order.request_key}/refund`, body, deadline: deadlineIn(undoMs), retries })
      }),
    finished: async () => void (await Promise.all(underWay)),
  }
}
