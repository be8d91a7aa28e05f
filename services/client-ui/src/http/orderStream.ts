import type { Context } from 'koa'
import type { Order } from '../order/order.ts'
import { statusOf } from '../order/status.ts'
import type { Watch } from '../readModel/watch.ts'
import { answerEvents, type ServerSentEvent } from './eventStream.ts'

/**
 * An event for each entry of the order's history: what is there already, then what comes. The event id lists the numbers
 * of all entries sent so far, not only the last: entries of one order may become visible in another order than they were
 * numbered (a delayed retry beside a batch), and with a list nothing is skipped or sent twice on whatever replica the
 * browser lands next. An order has about a dozen entries.
 */
export function streamOrder(watch: Watch) {
  return (ctx: Context, orderId: string): void => {
    const sent = new Set(numbers(ctx.get('Last-Event-ID')))
    answerEvents(ctx, (stream) => {
      stream.onDrain(watch.resume)
      return watch.orders([orderId], {
        show: (orders) => stream.send(orders.flatMap((order) => unsentEntries(order, sent))),
        busy: stream.busy,
      })
    })
  }
}

const numbers = (lastEventId: string): number[] =>
  lastEventId
    .split('.')
    .filter((part) => /^\d+$/.test(part))
    .map(Number)

/** Adds what it returns to `sent`. */
function unsentEntries({ orderId, totalCents, history }: Order, sent: Set<number>): ServerSentEvent[] {
  return history
    .filter(({ entry }) => !sent.has(entry))
    .map(({ entry, type, at, detail }) => {
      sent.add(entry)
      const heard = history.filter((other) => sent.has(other.entry)).map((other) => other.type)
      return { id: [...sent].join('.'), data: { orderId, entry, type, at, detail, status: statusOf(heard), totalCents } }
    })
}
