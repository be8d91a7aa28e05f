import { endpoint, type Endpoint } from '@petrel/messaging'
import { PrintInvoice } from './messages.ts'
import { prepareInvoice } from './prepareInvoice.ts'
import { printInvoice, type PrintShop } from './printInvoice.ts'

export const invoicesThrough = (printShop: PrintShop): Endpoint =>
  endpoint({ name: 'invoices', handlers: [prepareInvoice, printInvoice(printShop)], produces: [PrintInvoice] })
