import { OrderRefunded, RefundOrder } from '@petrel/contracts'
import { transactionalHandler, table, type Tx } from '@petrel/messaging'
import type { Gateway } from './gateway.ts'

const refunds = table('refunds', {
  order_id: 'text',
  refund_id: 'text',
  amount_cents: 'bigint',
  reason: 'text',
  refunded_at: 'timestamptz',
})

interface Invoice {
  customerId: string
  email: string
  amountCents: number
  currency: string
  isRefunded: boolean
}

/** Billing gives back what it charged, once. */
export const refundOrder = (gateway: Gateway) =>
  transactionalHandler(RefundOrder, async ({ orderId, reason }, { tx, insert, publish }) => {
    const invoice = await invoiceOf(orderId, tx)
    if (invoice === undefined) throw new Error(`Order ${orderId} was not billed yet: there is nothing to refund so far.`)
    const { customerId, email, amountCents, currency, isRefunded } = invoice
    if (isRefunded) return

    const { refundId } = await gateway.refund({ orderId, amountCents, currency })
    insert(refunds, { order_id: orderId, refund_id: refundId, amount_cents: amountCents, reason, refunded_at: new Date() })
    publish(OrderRefunded({ orderId, customerId, email, amountCents, currency, refundId, reason }))
  })

async function invoiceOf(orderId: string, tx: Tx): Promise<Invoice | undefined> {
  const [invoice] = await tx.query<Invoice>(
    `select customer_id as "customerId", email, invoices.amount_cents as "amountCents", currency, refund_id is not null as "isRefunded"
     from invoices left join refunds using (order_id) where order_id = $1`,
    [orderId],
  )
  return invoice
}
