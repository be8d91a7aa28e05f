import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@petrel/messaging'
import { deadlineIn } from '../http/deadline.ts'
import type { Neighbour } from '../http/neighbour.ts'
import { gatewayAttemptMs, undoMs } from '../patience.ts'
import type { OrderBook, PlacedOrder } from './orderBook.ts'
import type { Debt } from './outcome.ts'

/** Takes back what was done of orders that came to nothing, after their customers were told. */
export interface Undo {
  begin(order: PlacedOrder, debts: readonly Debt[]): void
  /** Resolves when nothing is being undone, or there is no more time for it: the next process goes on then. */
  finished(): Promise<void>
}

interface Neighbours {
  readonly stock: Neighbour
  readonly billing: Neighbour
}

/** How long a process that is to stop goes on undoing. */
const farewellMs = 5_000

export function undoWith({ stock, billing }: Neighbours, book: OrderBook, log: Log): Undo {
  const underWay = new Set<Promise<void>>()
  const pay: Readonly<Record<Debt, (key: string, orderId: string) => Promise<void>>> = {
    async reservation(key, orderId) {
      await stock({ path: '/releases', key: `${key}/release`, body: { orderId }, deadline: deadlineIn(undoMs), insists: true })
    },
    async payment(key, orderId) {
      // A charge that nobody waits for any more may still come through: given back before, it would stay.
      await sleep(gatewayAttemptMs)
      await billing({ path: '/refunds', key: `${key}/refund`, body: { orderId }, deadline: deadlineIn(undoMs), insists: true })
    },
  }
  const settle = async ({ request_key: key, order_id: orderId }: PlacedOrder, debt: Debt) => {
    try {
      await pay[debt](key, orderId)
      await book.settle(key, debt)
    } catch (error) {
      log.error({ orderId, reason: (error as Error).message }, `a ${debt} waits for a person who takes it back`)
    }
  }
  return {
    begin(order, debts) {
      for (const debt of debts) {
        const settling = settle(order, debt).finally(() => underWay.delete(settling))
        underWay.add(settling)
      }
    },
    finished: async () => void (await Promise.race([Promise.all(underWay), sleep(farewellMs, undefined, { ref: false })])),
  }
}
