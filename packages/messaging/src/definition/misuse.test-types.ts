// Misuse that must not compile. `tsc` checks this file; each line below a `@ts-expect-error` is a mistake, and one that
// compiles is an error here. Nothing runs it.
import { command, event, timeout } from './message.ts'
import { handler } from './handler.ts'
import { saga } from './saga.ts'
import { table } from './table.ts'

const definition = { fullName: 'sales.X', owner: 'sales', topic: 'sales.x', key: 'orderId', schema: 'string' } as const
const PlaceOrder = command<{ orderId: string; pieces: number }>(definition)
const OrderPlaced = event<{ orderId: string; totalCents: number }>(definition)
const OrderOverdue = timeout<{ orderId: string }>(definition)
const orders = table('orders', { id: 'text', total_cents: 'bigint', note: 'text?' })

handler(PlaceOrder, (order, { publish, send, insert }) => {
  publish(OrderPlaced({ orderId: order.orderId, totalCents: 1 }))
  send(PlaceOrder({ orderId: '1', pieces: 1 }))
  insert(orders, { id: order.orderId, total_cents: 1, note: null })
  // @ts-expect-error a command is sent, not published
  publish(PlaceOrder({ orderId: '1', pieces: 1 }))
  // @ts-expect-error an event is published, not sent
  send(OrderPlaced({ orderId: '1', totalCents: 1 }))
  // @ts-expect-error a timeout is requested by a saga
  publish(OrderOverdue({ orderId: '1' }))
  // @ts-expect-error a field is missing
  publish(OrderPlaced({ orderId: '1' }))
  // @ts-expect-error a field has another type
  publish(OrderPlaced({ orderId: '1', totalCents: '1' }))
  // @ts-expect-error a field the schema does not have
  publish(OrderPlaced({ orderId: '1', totalCents: 1, total: 1 }))
  // @ts-expect-error a column has another type
  insert(orders, { id: order.orderId, total_cents: '1', note: null })
  // @ts-expect-error a column is missing
  insert(orders, { id: order.orderId, note: null })
  // @ts-expect-error a column that may not be null
  insert(orders, { id: null, total_cents: 1, note: null })
  // @ts-expect-error the message has no such field
  return void order.totalCents
})

// @ts-expect-error a timeout is handled by a saga only
handler(OrderOverdue, () => {})

saga('order-policy', () => ({ placed: false }))
  .startedBy(OrderPlaced, 'orderId', (_, policy) => {
    policy.state.placed = true
    policy.requestTimeout(OrderOverdue({ orderId: policy.id }), '30s')
    // @ts-expect-error no field of the state
    policy.state.paid = true
    // @ts-expect-error an event is no timeout
    policy.requestTimeout(OrderPlaced({ orderId: '1', totalCents: 1 }), '30s')
    // @ts-expect-error not a duration
    policy.requestTimeout(OrderOverdue({ orderId: '1' }), 'soon')
  })
  // @ts-expect-error the message has no such field to correlate by
  .startedBy(OrderPlaced, 'customerId', () => {})
  // @ts-expect-error a number cannot identify a saga
  .on(PlaceOrder, 'pieces', () => {})
  // @ts-expect-error an event is no timeout
  .timeout(OrderPlaced, () => {})
