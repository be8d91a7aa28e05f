import { type ChargeOrder, OrderBilled, PaymentDeclined } from '@petrel/contracts'
import { type HandlerContext, table } from '@petrel/messaging'
import { ordersBilled, ordersDeclined } from './counters.ts'
import type { Gateway } from './gateway.ts'

const invoices = table('invoices', {
  order_id: 'text',
  customer_id: 'text',
  email: 'text',
  amount_cents: 'bigint',
  currency: 'text',
  charge_id: 'text',
  billed_at: 'timestamptz',
})

const declinedPayments = table('declined_payments', {
  order_id: 'text',
  customer_id: 'text',
  amount_cents: 'bigint',
  currency: 'text',
  reason: 'text',
  declined_at: 'timestamptz',
})

/**
 * Charges the card for an order. A card that declines is an answer and no failure.
 * No `tx` here: it would hold a transaction open while the gateway thinks.
 */
export async function chargeCard(
  gateway: Gateway,
  order: ChargeOrder,
  { insert, publish, count }: HandlerContext,
): Promise<void> {
  const { orderId, customerId, email, amountCents, currency } = order
  const answer = await gateway.charge({ orderId, amountCents, currency })
  const now = new Date()
  const payment = { order_id: orderId, customer_id: customerId, amount_cents: amountCents, currency }

  if (answer.outcome === 'declined') {
    const { reason } = answer
    count(ordersDeclined)
    insert(declinedPayments, { ...payment, reason, declined_at: now })
    return publish(PaymentDeclined({ orderId, customerId, email, amountCents, currency, reason }))
  }

  const { chargeId } = answer
  count(ordersBilled)
  insert(invoices, { ...payment, email, charge_id: chargeId, billed_at: now })
  publish(OrderBilled({ orderId, customerId, email, amountCents, currency, chargeId, billedAt: now }))
}
