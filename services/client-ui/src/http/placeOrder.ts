import { PlaceOrder } from '@petrel/contracts'
import { activeTraceId } from '@petrel/messaging'
import { Problem, unavailable } from '@petrel/pages'
import type { Context } from 'koa'
import { type Bus, handOver } from '../bus.ts'
import { ordersPlaced } from '../counters.ts'
import { type Acceptance, requestHash } from '../order/acceptance.ts'
import { placementIds } from '../order/identity.ts'
import type { Acceptances } from '../readModel/acceptances.ts'
import type { Catalogue } from '../readModel/catalogue.ts'
import { type CheckRequest, idempotencyKey, type OrderRequest, orderRequests } from './orderRequest.ts'

/**
 * Hands an order over and moves on: only the broker has to be there, no database and no other service.
 * What the customer may not do is answered at once (400); what the others decide is shown on the order's page.
 */
export function placeOrder(bus: Bus, catalogue: Catalogue, acceptances: Acceptances) {
  const check = orderRequests((sku) => catalogue.has(sku))
  return async (ctx: Context): Promise<void> => {
    const key = idempotencyKey(ctx.get('Idempotency-Key'))
    const order = requestedOrder(ctx, catalogue, check)
    const { orderId, messageId } = placementIds(order.customerId, key)
    const acceptance = acceptanceOf(orderId, order, catalogue)

    const first = key === undefined ? undefined : await acceptances.claim(acceptance)
    if (first !== undefined && first.requestHash !== acceptance.requestHash) throw otherRequest(orderId)
    if (first?.isAccepted === true) return answer(ctx, orderId, first.acceptedAt)

    const { acceptedAt } = first ?? acceptance
    await handOver(bus, PlaceOrder({ orderId, ...order, acceptedAt }), messageId)
    bus.count(ordersPlaced)
    acceptances.record({ ...acceptance, acceptedAt })
    answer(ctx, orderId, acceptedAt)
  }
}

/** Checks an order as `placeOrder` does, and places nothing: for a page that is about to place many. */
export function checkOrder(catalogue: Catalogue) {
  const check = orderRequests((sku) => catalogue.has(sku))
  return (ctx: Context): void => {
    requestedOrder(ctx, catalogue, check)
    ctx.status = 204
  }
}

function requestedOrder(ctx: Context, catalogue: Catalogue, check: CheckRequest): OrderRequest {
  if (catalogue.products().length === 0)
    throw unavailable('The shop is opening', 'It does not know its catalogue yet. Send the same request again.')
  return check(ctx.request.body)
}

function acceptanceOf(orderId: string, order: OrderRequest, catalogue: Catalogue): Acceptance {
  const products = new Map(catalogue.products().map((product) => [product.sku, product]))
  const lines = order.lines.map(({ sku, quantity }) => {
    const { name = sku, unitCents = 0 } = products.get(sku) ?? {}
    return { sku, name, quantity, unitCents }
  })
  const currency = products.get(order.lines[0]?.sku ?? '')?.currency ?? ''
  const { customerId } = order
  const traceId = activeTraceId() ?? null
  return { orderId, acceptedAt: new Date(), customerId, lines, currency, requestHash: requestHash(order), traceId }
}

const otherRequest = (orderId: string): Problem =>
  new Problem({
    status: 422,
    title: 'This Idempotency-Key was used for another order',
    detail: `The first request with this key is order ${orderId}. Send another order with a key of its own.`,
  })

function answer(ctx: Context, orderId: string, acceptedAt: Date): void {
  ctx.status = 202
  ctx.set('Location', `/api/orders/${orderId}`)
  // The server's clock, as in the history: the page counts the steps from here.
  ctx.set('Accepted-At', acceptedAt.toISOString())
  ctx.body = { orderId }
}
