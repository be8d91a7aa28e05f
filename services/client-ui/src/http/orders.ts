import type { Order } from '../order/order.ts'

/** An order as the API tells it. */
export const orderView = ({ orderId, status, totalCents, history }: Order) => ({
  orderId,
  status,
  totalCents,
  history: history.map(({ type, at }) => ({ type, at: at.toISOString() })),
})
