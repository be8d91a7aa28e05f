import { OrderBilled } from '@petrel/contracts'
import type { Tx } from '@petrel/messaging'
import { receive } from '@petrel/messaging/testing'
import { expect, test } from 'vitest'
import { invoicesThrough } from './endpoint.ts'
import { PrintInvoice } from './messages.ts'
import type { PrintShop } from './printInvoice.ts'

const billed = OrderBilled({
  orderId: '42',
  customerId: 'ada',
  email: 'ada@example.com',
  amountCents: 700,
  currency: 'EUR',
  chargeId: 'ch_1',
  billedAt: new Date('2026-03-01T10:00:00Z'),
})
const invoice = { orderId: '42', address: '12 St James Square, London', amountCents: 700 }

/** A database that answers every query with these rows. */
const databaseWith = (...rows: readonly object[]): Tx => ({ query: <R extends object>() => Promise.resolve([...rows] as R[]) })

/** A print shop that keeps what it printed. */
function printShop(): PrintShop & { readonly printed: object[] } {
  const printed: object[] = []
  return {
    printed,
    async print(what, { idempotencyKey }) {
      printed.push({ ...what, idempotencyKey })
    },
  }
}

test('the handler with SQL sends a command to its own endpoint, and calls nobody', async () => {
  const shop = printShop()
  const { sent } = await receive(invoicesThrough(shop), billed, { tx: databaseWith({ address: invoice.address }) })
  expect(sent).toEqual([PrintInvoice(invoice)])
  expect(shop.printed).toEqual([])
})

test('a customer without an address is an error that names the customer', async () => {
  const { error, sent } = await receive(invoicesThrough(printShop()), billed, { tx: databaseWith() })
  expect(String(error)).toContain('Customer ada has no address yet')
  expect(sent).toEqual([])
})

test('the command is handled with the message id as idempotency key', async () => {
  const shop = printShop()
  const { inserted } = await receive(invoicesThrough(shop), PrintInvoice(invoice), { message: { id: 'message-1' } })
  expect(shop.printed).toEqual([{ ...invoice, idempotencyKey: 'message-1' }])
  expect(inserted).toMatchObject([{ table: 'printed_invoices', row: { order_id: '42' } }])
})
