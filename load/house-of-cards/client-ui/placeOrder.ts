import { Problem } from '@petrel/pages'
import type { Context } from 'koa'
import { type CheckRequest, idempotencyKey } from '../../../services/client-ui/src/http/orderRequest.ts'
import { requestHash } from '../../../services/client-ui/src/order/acceptance.ts'
import { placementIds } from '../../../services/client-ui/src/order/identity.ts'
import { goods } from '../../../services/shopkeeper/src/goods.ts'
import { type Deadline, deadlineIn } from '../http/deadline.ts'
import type { Neighbour } from '../http/neighbour.ts'
import { Refused } from '../http/refused.ts'
import { customerMs } from '../patience.ts'
import type { Outcome } from '../sales/outcome.ts'
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

    const asked = await askSales(sales, orderId, order, deadline)
    const hasGone = ctx.req.socket.destroyed
    await orders.tell({ key: orderId, outcome: asked.outcome, told: hasGone ? null : toldBy(asked) })
    if (asked.outcome === null) throw unknown(orderId, asked.status)
    answer(ctx, orderId, asked.outcome)
  }
}

type Asked = { readonly outcome: Outcome } | { readonly outcome: null; readonly status: number }

/** Without an answer of sales nobody here knows what became of the order: whoever asks again under its key will learn it. */
async function askSales(sales: Neighbour, orderId: string, order: object, deadline: Deadline): Promise<Asked> {
  try {
    const answered = await sales({ path: '/orders', body: { orderId, ...order }, key: orderId, deadline })
    return { outcome: answered.body as Outcome }
  } catch (error) {
    if (error instanceof Refused) return { outcome: null, status: error.status }
    throw error
  }
}

const toldBy = ({ outcome }: Asked) => (outcome === null || outcome.status === 'failed' ? 'no' : 'yes')

function keptOrder(orderId: string, order: ReturnType<CheckRequest>): KeptOrder {
  const lines = order.lines.map(({ sku, quantity }) => {
    const { name, unitCents } = goods.find((product) => product.sku === sku) ?? { name: sku, unitCents: 0 }
    return { sku, name, quantity, unitCents }
  })
  const customer = { customer_id: order.customerId, request_hash: requestHash(order), accepted_at: new Date() }
  return { request_key: orderId, ...customer, lines, currency: 'EUR', outcome: null, told: null }
}

/** As the real shop answers; but here everything has happened. */
function answer(ctx: Context, orderId: string, { status, history }: Outcome): void {
  if (status === 'failed') throw failed(orderId)
  ctx.status = 202
  ctx.set('Location', `/api/orders/${orderId}`)
  ctx.set('Accepted-At', history[0]?.at ?? new Date().toISOString())
  ctx.body = { orderId, status }
}

const failed = (orderId: string): Problem =>
  new Problem({
    status: 503,
    title: 'The shop could not finish this order',
    detail: `Order ${orderId} failed, and what was done of it is being undone. Order again, under another key.`,
  })

const unknown = (orderId: string, status: number): Problem =>
  new Problem({
    status,
    title: 'The shop does not know what became of this order',
    detail: `Order ${orderId} had no answer in time. Send the same request again, under the same key.`,
    retryAfter: 2,
  })

const otherRequest = (orderId: string): Problem =>
  new Problem({
    status: 422,
    title: 'This Idempotency-Key was used for another order',
    detail: `The first request with this key is order ${orderId}. Send another order with a key of its own.`,
  })
