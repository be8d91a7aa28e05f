import { RefundOrder, ReturnPayment } from '@petrel/contracts'
import { transactionalHandler, type Tx } from '@petrel/messaging'

type Invoice = Omit<ReturnPayment, 'orderId' | 'reason'>

/**
 * Billing gives back what it charged, once. Here it only looks up what that is. The payment gateway may be slow, and a
 * transaction must not stay open for it: `returnPayment` asks the gateway.
 */
export const refundOrder = transactionalHandler(RefundOrder, async ({ orderId, reason }, { tx, send }) => {
  const invoice = await invoiceOf(orderId, tx)
  if (invoice === undefined) throw new Error(`Order ${orderId} was not billed yet: there is nothing to refund so far.`)
  if (await isFirstRequest(orderId, reason, tx)) send(ReturnPayment({ orderId, ...invoice, reason }))
})

async function invoiceOf(orderId: string, tx: Tx): Promise<Invoice | undefined> {
  const [invoice] = await tx.query<Invoice>(
    'select customer_id as "customerId", email, amount_cents as "amountCents", currency from invoices where order_id = $1',
    [orderId],
  )
  return invoice
}

async function isFirstRequest(orderId: string, reason: string, tx: Tx): Promise<boolean> {
  const requested = await tx.query(
    `insert into refund_requests (order_id, reason, requested_at) values ($1, $2, $3)
     on conflict (order_id) do nothing returning order_id`,
    [orderId, reason, new Date()],
  )
  return requested.length > 0
}
