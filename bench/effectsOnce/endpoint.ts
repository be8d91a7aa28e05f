import { endpoint, handler, table } from '@petrel/messaging'
import { OrderPlaced, PlaceOrder } from './messages.ts'

const orders = table('orders', {
  order_id: 'text',
  customer_id: 'text',
  currency: 'text',
  amount_cents: 'bigint',
  placed_at: 'timestamptz',
})

const placeOrder = handler(PlaceOrder, ({ orderId, customerId, currency, amountCents, placedAt }, { insert, publish }) => {
  insert(orders, { order_id: orderId, customer_id: customerId, currency, amount_cents: amountCents, placed_at: placedAt })
  publish(OrderPlaced({ orderId, customerId, currency, amountCents, placedAt }))
})

export const bench = endpoint({ name: 'bench', handlers: [placeOrder], produces: [OrderPlaced] })
