import type { Order } from '../order/order.ts'

/** An order as the API answers with it. */
export const orderView = ({ history, ...order }: Order) => ({
  ...order,
  history: history.map(({ type, at, detail }) => ({ type, at, detail })),
})

/** An order among many: without what only its own page shows. */
export const orderSummary = ({ orderId, status, acceptedAt, customerId, totalCents, currency, history }: Order) => ({
  orderId,
  status,
  acceptedAt,
  customerId,
  totalCents,
  currency,
  history: history.map(({ type, at }) => ({ type, at })),
})
