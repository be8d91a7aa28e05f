import type { Context } from 'koa'
import { type CheckRequest, idempotencyKey } from '../../../services/client-ui/src/http/orderRequest.ts'
import { Problem } from '../../../services/client-ui/src/http/problem.ts'
import { requestHash } from '../../../services/client-ui/src/order/acceptance.ts'
import { placementIds } from '../../../services/client-ui/src/order/identity.ts'
import { goods } from '../../../services/shopkeeper/src/goods.ts'
import { deadlineIn } from '../http/deadline.ts'
import type { Neighbour } from '../http/neighbour.ts'
import { Refused } from '../http/refused.ts'
import { customerMs } from '../patience.ts'
import { type Outcome, step } from '../sales/outcome.ts'
import type { KeptOrder, Orders } from './orders.ts'

interface Front {
  readonly sales: Neighbour
  readonly orders: Orders
  readonly check: CheckRequest
  readonly hasKeys: boolean
}

/** Takes an order, and the customer waits until the whole shop has done it. */
export function placeOrder({ sales, orders, check, hasKeys }: Front) {
  return async (ctx: Context): Promise<void> => {
    const deadline = deadlineIn(customerMs)
    const key = idempotencyKey(ctx.get('Idempotency-Key'))
    const order = check(ctx.request.body)
    const { orderId } = placementIds(order.customerId, hasKeys ? key : undefined)
    const kept = await orders.keep(keptOrder(orderId, order))
    if (kept.request_hash !== requestHash(order)) throw otherRequest(orderId)
    if (kept.outcome !== null) return answer(ctx, orderId, kept.outcome)

    const body = { orderId, ...order }
    const asked = await sales({ path: '/orders', body, key: orderId, deadline }).catch((error: Refused) => error)
    const outcome = asked instanceof Refused ? failed : (asked.body as Outcome)
    const hasGone = ctx.req.socket.destroyed
    const told = outcome.status === 'failed' ? 'no' : 'yes'
    await orders.tell({ key: orderId, outcome, told: hasGone ? null : told })
    answer(ctx, orderId, outcome, asked instanceof Refused ? asked.status : undefined)
  }
}

const failed: Outcome = { status: 'failed', totalCents: 0, history: [step('OrderFailed')] }

function keptOrder(orderId: string, order: ReturnType<CheckRequest>): KeptOrder {
  const lines = order.lines.map(({ sku, quantity }) => {
    const { name, unitCents } = goods.find((product) => product.sku === sku) ?? { name: sku, unitCents: 0 }
    return { sku, name, quantity, unitCents }
  })
  const customer = { customer_id: order.customerId, request_hash: requestHash(order), accepted_at: new Date() }
  return { request_key: orderId, ...customer, lines, currency: 'EUR', outcome: null, told: null }
}

/** As the real shop answers; but here everything has happened. */
function answer(ctx: Context, orderId: string, { status, history }: Outcome, refused = 503): void {
  if (status === 'failed') throw sorry(orderId, refused)
  ctx.status = 202
  ctx.set('Location', `/api/orders/${orderId}`)
  ctx.set('Accepted-At', history[0]?.at ?? new Date().toISOString())
  ctx.body = { orderId, status }
}

const sorry = (orderId: string, status: number): Problem =>
  new Problem({
    status,
    title: 'The shop could not finish this order',
    detail: `Order ${orderId} failed, and what was done of it is being undone. Order again, under another key.`,
  })

const otherRequest = (orderId: string): Problem =>
  new Problem({
    status: 422,
    title: 'This Idempotency-Key was used for another order',
    detail: `The first request with this key is order ${orderId}. Send another order with a key of its own.`,
  })
