import { OrderRefunded, ReturnPayment } from '@petrel/contracts'
import { handler, table } from '@petrel/messaging'
import type { Gateway } from './gateway.ts'

const refunds = table('refunds', {
  order_id: 'text',
  refund_id: 'text',
  amount_cents: 'bigint',
  reason: 'text',
  refunded_at: 'timestamptz',
})

/** Billing gives a payment back at the gateway, which does so once for each order. */
export const returnPayment = (gateway: Gateway) =>
  handler(ReturnPayment, async (payment, { insert, publish }) => {
    const { orderId, amountCents, currency, reason } = payment
    const { refundId } = await gateway.refund({ orderId, amountCents, currency })
    insert(refunds, { order_id: orderId, refund_id: refundId, amount_cents: amountCents, reason, refunded_at: new Date() })
    publish(OrderRefunded({ ...payment, refundId }))
  })
