import type { Context } from 'koa'
import { batchKey, placementIds } from '../order/identity.ts'
import type { Order } from '../order/order.ts'
import type { Viewer, Watch } from '../readModel/watch.ts'
import { answerEvents } from './eventStream.ts'
import { orderView } from './orders.ts'
import { badRequest } from './problem.ts'

const mostOrders = 1000
const latestOrders = 100

/**
 * Many orders on one page: `?batch=<name>&count=<n>` for the orders placed with the idempotency keys `<name>/0` … `<name>/<n-1>`,
 * otherwise the latest hundred. One event holds all orders that changed; it needs no resuming, since a new connection
 * begins with all of them.
 */
export function streamBoard(watch: Watch) {
  return (ctx: Context): void => {
    const places = batchPlaces(ctx.URL.searchParams)
    const tell = (orders: readonly Order[]) =>
      orders.map((order) => ({ place: places?.get(order.orderId) ?? null, ...orderView(order) }))
    answerEvents(ctx, (stream) => {
      stream.onDrain(watch.resume)
      const viewer: Viewer = { show: (orders) => stream.send([{ event: 'orders', data: tell(orders) }]), busy: stream.busy }
      return places === undefined ? watch.latest(latestOrders, viewer) : watch.orders([...places.keys()], viewer)
    })
  }
}

/** Order id → its place in the batch; any replica can work it out from the batch's name. */
function batchPlaces(query: URLSearchParams): ReadonlyMap<string, number> | undefined {
  const batch = query.get('batch')
  if (batch === null) return undefined
  const count = Number(query.get('count'))
  if (!/^[\w-]{1,64}$/.test(batch)) throw badRequest([{ field: 'batch', message: 'must be 1 to 64 letters, digits or dashes' }])
  if (!Number.isInteger(count) || count < 1 || count > mostOrders)
    throw badRequest([{ field: 'count', message: `must be a whole number from 1 to ${mostOrders}` }])
  return new Map(Array.from({ length: count }, (_, place) => [placementIds(batchKey(batch, place)).orderId, place]))
}
