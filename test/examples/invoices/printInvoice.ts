import { handler, table } from '@petrel/messaging'
import { PrintInvoice } from './messages.ts'

/** The print shop, reached by HTTP. The same key twice prints once. */
export interface PrintShop {
  print(invoice: PrintInvoice, options: { readonly idempotencyKey: string; readonly signal: AbortSignal }): Promise<void>
}

const printedInvoices = table('printed_invoices', { order_id: 'text', printed_at: 'timestamptz' })

/** The second half calls the print shop, and has no transaction. */
export const printInvoice = (printShop: PrintShop) =>
  handler(PrintInvoice, async (invoice, { message, signal, insert }) => {
    await printShop.print(invoice, { idempotencyKey: message.id, signal })
    insert(printedInvoices, { order_id: invoice.orderId, printed_at: new Date() })
  })
