import { PlaceOrder } from '@petrel/contracts'
import type { Context } from 'koa'
import { type Bus, handOver } from '../bus.ts'
import { placementIds } from '../order/identity.ts'
import type { Catalogue } from '../readModel/catalogue.ts'
import { idempotencyKey, orderRequest } from './orderRequest.ts'
import { unavailable } from './problem.ts'

/**
 * Hands an order over and moves on: only the broker has to be there, no database and no other service.
 * What the customer may not do is answered at once (400); what the others decide is told on the order's page.
 */
export function placeOrder(bus: Bus, catalogue: Catalogue) {
  return async (ctx: Context): Promise<void> => {
    const key = idempotencyKey(ctx.get('Idempotency-Key'))
    if (catalogue.products().length === 0)
      throw unavailable('The shop is opening', 'It does not know its catalogue yet. Send the same request again.')
    const order = orderRequest(ctx.request.body, (sku) => catalogue.has(sku))
    const { orderId, messageId } = placementIds(key)
    const acceptedAt = new Date()
    await handOver(bus, PlaceOrder({ orderId, ...order }), messageId)
    ctx.status = 202
    ctx.set('Location', `/api/orders/${orderId}`)
    // The server's clock, as in the history: the page counts the steps from here.
    ctx.set('Accepted-At', acceptedAt.toISOString())
    ctx.body = { orderId }
  }
}
