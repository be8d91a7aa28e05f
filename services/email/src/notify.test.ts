import { CustomerNotified, OrderBilled, OrderRefunded, PaymentDeclined } from '@petrel/contracts'
import type { Message } from '@petrel/messaging'
import { receive } from '@petrel/messaging/testing'
import { expect, test } from 'vitest'
import { emailThrough } from './endpoint.ts'
import type { Letter } from './letters.ts'

const order = { orderId: '42', customerId: 'ada', email: 'ada@example.com', amountCents: 700, currency: 'EUR' }
const billed = OrderBilled({ ...order, chargeId: 'ch_1', billedAt: new Date('2026-03-01T10:00:00Z') })

/** A mailer that keeps what it is given. */
const outbox = () => {
  const letters: Letter[] = []
  return { letters, send: async (letter: Letter) => void letters.push(letter) }
}

test.each<[string, Message, string]>([
  ['billed', billed, 'BILLED'],
  ['declined', PaymentDeclined({ ...order, reason: 'insufficient funds' }), 'DECLINED'],
  ['refunded', OrderRefunded({ ...order, refundId: 're_1', reason: 'cancelled' }), 'REFUNDED'],
])('a customer whose order was %s gets one mail, and it is known that it went out', async (_, message, about) => {
  const mailer = outbox()
  const { published, inserted, counted } = await receive(emailThrough(mailer), message)
  const mailId = `<42.${about.toLowerCase()}@petrel.example>`
  expect(mailer.letters).toMatchObject([{ to: 'ada@example.com', mailId }])
  expect(published).toEqual([CustomerNotified({ orderId: '42', about: about as 'BILLED', mailId })])
  expect(inserted).toMatchObject([{ table: 'mails', row: { mail_id: mailId, recipient: 'ada@example.com' } }])
  expect(counted).toEqual({ shop_mails_sent_total: 1 })
})

test('a mail that could not be sent is not said to be sent', async () => {
  const away = new Error('the mail server is away')
  const { published, inserted, counted, error } = await receive(emailThrough({ send: () => Promise.reject(away) }), billed)
  expect(error).toBe(away)
  expect([...published, ...inserted]).toEqual([])
  expect(counted).toEqual({})
})
