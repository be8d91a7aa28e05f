import type { Context } from 'koa'
import type { Watch } from '../readModel/watch.ts'
import { answerEvents } from './eventStream.ts'
import { orderView } from './orderView.ts'
import { signsOfLife } from './signsOfLife.ts'

/**
 * One order, whole, whenever it changes: `order`; `unknown` while there is none of this id; `unread` when that cannot be found
 * out. A connection that is made again begins with the whole order, so nothing has to be resumed.
 */
export function streamOrder(watch: Watch) {
  return (ctx: Context, orderId: string): void => {
    answerEvents(ctx, (stream) => {
      return watch.orders([orderId], {
        show: ({ orders: [order], lastAnswers }) =>
          order === undefined
            ? stream.send({ event: 'unknown', data: {} })
            : stream.send({ event: 'order', data: { ...signsOfLife(lastAnswers), order: orderView(order) } }),
        unread: () => stream.send({ event: 'unread', data: {} }),
        busy: stream.busy,
      })
    })
  }
}
