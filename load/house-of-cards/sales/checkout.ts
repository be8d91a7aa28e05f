import type { PlaceOrder } from '@petrel/contracts'
import { type Offer, price } from '../../../services/sales/src/pricing.ts'
import type { Deadline } from '../http/deadline.ts'
import type { Reply, Request } from '../http/serve.ts'
import type { OrderBook, PlacedOrder } from './orderBook.ts'
import type { Outcome } from './outcome.ts'
import type { stepsWith } from './steps.ts'
import type { Undo } from './undo.ts'

export type OrderRequest = Pick<PlaceOrder, 'orderId' | 'customerId' | 'email' | 'lines'>

export interface Counter {
  readonly offers: readonly Offer[]
  readonly book: OrderBook
  readonly steps: ReturnType<typeof stepsWith>
  readonly undo: Undo
}

/**
 * Takes an order through the whole shop while its customer waits. Asked again under the same key, sales goes on where it was,
 * or says what it said.
 */
export function checkout(counter: Counter): (request: Request<OrderRequest>) => Promise<Reply> {
  const underWay = new Map<string, Promise<Outcome>>()
  return async ({ key, body, deadline }) => {
    const running = underWay.get(key) ?? placeAndFinish(counter, placedOrder(key, body, counter.offers), deadline)
    underWay.set(key, running)
    try {
      return { status: 200, body: await running }
    } finally {
      underWay.delete(key)
    }
  }
}

function placedOrder(key: string, { orderId, customerId, email, lines }: OrderRequest, offers: readonly Offer[]): PlacedOrder {
  const { totalCents, currency, lines: priced } = price(orderId, lines, offers)
  const order = { request_key: key, order_id: orderId, customer_id: customerId, email, total_cents: totalCents, currency }
  return { ...order, lines: priced, placed_at: new Date(), outcome: null, debts: [] }
}

async function placeAndFinish({ book, steps, undo }: Counter, order: PlacedOrder, deadline: Deadline): Promise<Outcome> {
  const placed = await book.place(order)
  if (placed.outcome !== null) return placed.outcome
  const decision = await steps(order, deadline)
  await book.close(order.request_key, decision)
  undo.begin(order, decision.debts)
  return decision.outcome
}
