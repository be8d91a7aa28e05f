import { expect, test } from 'vitest'
import { cancellationNotice, confirmation, declineNotice, refundNotice } from './letters.ts'

const order = { orderId: '42', customerId: 'ada', email: 'ada@example.com', amountCents: 1_690, currency: 'EUR' }
const billed = { ...order, chargeId: 'ch_1', billedAt: new Date('2026-03-01T10:00:00Z') }

test('a confirmation says what was charged', () => {
  const letter = confirmation(billed)
  expect(letter).toMatchObject({ about: 'BILLED', to: 'ada@example.com', subject: 'Thank you for your order (order 42)' })
  expect(letter.text).toContain('We charged €16.90')
  expect(letter.html).toContain('We charged €16.90')
})

test('a subject names the order as the pages do, by the end of its id; the letter names it whole', () => {
  const orderId = '0195a3c2-7d4e-7b1a-9c3d-5e6f7a8b9c0d'
  const letter = confirmation({ ...billed, orderId })
  expect(letter.subject).toBe('Thank you for your order (order 7a8b9c0d)')
  expect(letter.text).toContain(orderId)
  expect(letter.html).toContain(orderId)
})

test('the letter to who cancelled in time says that nothing was charged', () => {
  expect(cancellationNotice(order).text).toContain('Nothing of €16.90 was charged')
})

test('money is written as its currency writes it', () => {
  expect(confirmation({ ...billed, amountCents: 500, currency: 'JPY' }).text).toContain('¥500')
})

test('every letter about an order has a Message-ID of its own, the same in every copy', () => {
  const declined = declineNotice({ ...order, reason: 'insufficient funds' })
  const refunded = refundNotice({ ...order, refundId: 're_1', reason: 'The order was cancelled.' })
  const cancelled = cancellationNotice(order)
  expect([confirmation(billed), declined, refunded, cancelled].map((letter) => letter.mailId)).toEqual([
    '<42.billed@petrel.example>',
    '<42.declined@petrel.example>',
    '<42.refunded@petrel.example>',
    '<42.cancelled@petrel.example>',
  ])
  expect(confirmation(billed)).toEqual(confirmation(billed))
})

test('words from elsewhere cannot become markup', () => {
  const { html } = declineNotice({ ...order, reason: '<script>alert("paid")</script>' })
  expect(html).not.toContain('<script>')
  expect(html).toContain('&lt;script&gt;')
})
