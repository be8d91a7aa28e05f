import type { Context } from 'koa'
import { batchOrderId } from '../order/identity.ts'
import type { Order } from '../order/order.ts'
import type { Viewer, Watch } from '../readModel/watch.ts'
import { answerEvents } from './eventStream.ts'
import { orderSummary } from './orderView.ts'
import { badRequest } from './problem.ts'
import { signsOfLife } from './signsOfLife.ts'

const mostOrders = 1000
const latestOrders = 100

/**
 * Many orders on one page: with `?batch=<name>&count=<n>&customer=<customer>` those that the page placed as that batch,
 * otherwise the latest hundred and those that are late. `orders` holds all orders that changed; the first one all there are,
 * none perhaps. `unread` says that they cannot be read now. A new connection begins with all of them.
 */
export function streamBoard(watch: Watch) {
  return (ctx: Context): void => {
    const places = batchPlaces(ctx.URL.searchParams)
    const summary = (order: Order) => ({ place: places?.get(order.orderId) ?? null, ...orderSummary(order) })
    answerEvents(ctx, (stream) => {
      const viewer: Viewer = {
        show: ({ orders, lastAnswers }) =>
          stream.send({ event: 'orders', data: { ...signsOfLife(lastAnswers), orders: orders.map(summary) } }),
        unread: () => stream.send({ event: 'unread', data: {} }),
        busy: stream.busy,
      }
      return places === undefined ? watch.latest(latestOrders, viewer) : watch.orders([...places.keys()], viewer)
    })
  }
}

/** Order id → its place in the batch; any replica can work it out from what the address says. */
function batchPlaces(query: URLSearchParams): ReadonlyMap<string, number> | undefined {
  const batch = query.get('batch')
  if (batch === null) return undefined
  const count = Number(query.get('count'))
  const customer = query.get('customer') ?? ''
  if (!/^[\w-]{1,64}$/.test(batch)) throw badRequest([{ field: 'batch', message: 'must be 1 to 64 letters, digits or dashes' }])
  if (!Number.isInteger(count) || count < 1 || count > mostOrders)
    throw badRequest([{ field: 'count', message: `must be a whole number from 1 to ${mostOrders}` }])
  if (customer === '' || customer.length > 100)
    throw badRequest([{ field: 'customer', message: 'must name the customer of the batch, with at most 100 characters' }])
  return new Map(Array.from({ length: count }, (_, place) => [batchOrderId(batch, customer, place), place]))
}
