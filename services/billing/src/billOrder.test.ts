import { OrderBilled, OrderPlaced, PaymentDeclined } from '@petrel/contracts'
import { Postpone } from '@petrel/messaging'
import { receive } from '@petrel/messaging/testing'
import { expect, test } from 'vitest'
import { billingThrough } from './endpoint.ts'
import type { Amount, ChargeAnswer, Gateway } from './gateway.ts'

const order: OrderPlaced = {
  orderId: '42',
  customerId: 'ada',
  email: 'ada@example.com',
  lines: [{ sku: 'green-tea', quantity: 2, unitCents: 350 }],
  totalCents: 700,
  currency: 'EUR',
  placedAt: new Date('2026-03-01T10:00:00Z'),
}
const payment = { orderId: '42', customerId: 'ada', email: 'ada@example.com', amountCents: 700, currency: 'EUR' }

/** A gateway that gives this answer, and remembers what it was asked. */
function gatewayThatSays(answer: ChargeAnswer | Error): Gateway & { asked: Amount[] } {
  const asked: Amount[] = []
  return {
    asked,
    async charge(amount) {
      asked.push(amount)
      if (answer instanceof Error) throw answer
      return answer
    },
    refund: () => Promise.reject(new Error('nobody asked for a refund')),
  }
}

test('an order that is placed is charged with its total, and the invoice says so', async () => {
  const gateway = gatewayThatSays({ outcome: 'charged', chargeId: 'ch_1' })
  const { published, inserted } = await receive(billingThrough(gateway), OrderPlaced(order))
  expect(gateway.asked).toEqual([{ orderId: '42', amountCents: 700, currency: 'EUR' }])
  expect(published).toEqual([OrderBilled({ ...payment, chargeId: 'ch_1', billedAt: expect.any(Date) })])
  expect(inserted).toMatchObject([{ table: 'invoices', row: { order_id: '42', amount_cents: 700, charge_id: 'ch_1' } }])
})

test('a card that declines is an answer to tell, and no failure', async () => {
  const gateway = gatewayThatSays({ outcome: 'declined', reason: 'insufficient funds' })
  const { published, inserted, error } = await receive(billingThrough(gateway), OrderPlaced(order))
  expect(error).toBeUndefined()
  expect(published).toEqual([PaymentDeclined({ ...payment, reason: 'insufficient funds' })])
  expect(inserted).toMatchObject([{ table: 'declined_payments', row: { order_id: '42', reason: 'insufficient funds' } }])
})

test('while the gateway is away nothing is said and the order waits', async () => {
  const { published, inserted, error } = await receive(billingThrough(gatewayThatSays(new Postpone('2s'))), OrderPlaced(order))
  expect(error).toBeInstanceOf(Postpone)
  expect([...published, ...inserted]).toEqual([])
})
