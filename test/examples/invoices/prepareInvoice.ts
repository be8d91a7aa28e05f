import { OrderBilled } from '@petrel/contracts'
import { transactionalHandler } from '@petrel/messaging'
import { PrintInvoice } from './messages.ts'

/** The first half has SQL, and calls nobody. */
export const prepareInvoice = transactionalHandler(OrderBilled, async ({ orderId, customerId, amountCents }, { tx, send }) => {
  const [customer] = await tx.query<{ address: string }>('select address from customers where customer_id = $1', [customerId])
  if (customer === undefined) throw new Error(`Customer ${customerId} has no address yet: order ${orderId} has no invoice.`)
  send(PrintInvoice({ orderId, address: customer.address, amountCents }))
})
