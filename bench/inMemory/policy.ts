import { endpoint, saga, timeout } from '@petrel/messaging'
import { OrderPlaced, PlaceOrder } from '../effectsOnce/messages.ts'

interface PaymentOverdue {
  readonly orderId: string
}
const PaymentOverdue = timeout<PaymentOverdue>({
  fullName: 'bench.PaymentOverdue',
  owner: 'bench',
  topic: 'bench.payment-overdue',
  key: 'orderId',
  schema: { type: 'record', name: 'PaymentOverdue', namespace: 'bench', fields: [{ name: 'orderId', type: 'string' }] },
})

/** Each message begins a saga of its own, which requests a timeout and publishes. */
const payment = saga('payment-policy', () => ({ paid: false }))
  .startedBy(PlaceOrder, 'orderId', ({ orderId, customerId, currency, amountCents, placedAt }, { requestTimeout, publish }) => {
    requestTimeout(PaymentOverdue({ orderId }), '1h')
    publish(OrderPlaced({ orderId, customerId, currency, amountCents, placedAt }))
  })
  .timeout(PaymentOverdue, () => {})

export const policy = endpoint({ name: 'bench', sagas: [payment], produces: [OrderPlaced, PaymentOverdue] })
