import { command } from '@petrel/messaging'

// In a service this is generated from schemas/invoices/PrintInvoice.avsc.

export interface PrintInvoice {
  readonly orderId: string
  readonly address: string
  readonly amountCents: number
}

export const PrintInvoice = command<PrintInvoice>({
  fullName: 'invoices.PrintInvoice',
  owner: 'invoices',
  topic: 'invoices.print-invoice',
  key: 'orderId',
  schema: {
    type: 'record',
    namespace: 'invoices',
    name: 'PrintInvoice',
    fields: [
      { name: 'orderId', type: 'string' },
      { name: 'address', type: 'string' },
      { name: 'amountCents', type: 'long' },
    ],
  },
})
