import { ChargeOrder, OrderBilled, OrderPlaced, PaymentDeclined } from '@petrel/contracts'
import { Postpone } from '@petrel/messaging'
import { receive } from '@petrel/messaging/testing'
import { expect, test } from 'vitest'
import { hasWaited } from './billOrder.ts'
import { billingThrough } from './endpoint.ts'
import type { Amount, ChargeAnswer, Gateway } from './gateway.ts'

const order: OrderPlaced = {
  orderId: '42',
  customerId: 'ada',
  email: 'ada@example.com',
  lines: [{ sku: 'green-tea', name: 'Green tea', quantity: 2, unitCents: 350 }],
  totalCents: 700,
  currency: 'EUR',
  placedAt: new Date('2026-03-01T10:00:00Z'),
  acceptedAt: new Date('2026-03-01T09:59:59Z'),
}
const payment = { orderId: '42', customerId: 'ada', email: 'ada@example.com', amountCents: 700, currency: 'EUR' }

/** Before the orders of these tests are placed. */
const startedAt = new Date(0)

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
  const { published, inserted, counted } = await receive(billingThrough(gateway, startedAt), OrderPlaced(order))
  expect(counted).toEqual({ shop_orders_billed_total: 1 })
  expect(gateway.asked).toEqual([{ orderId: '42', amountCents: 700, currency: 'EUR' }])
  expect(published).toEqual([OrderBilled({ ...payment, chargeId: 'ch_1', billedAt: expect.any(Date) })])
  expect(inserted).toMatchObject([{ table: 'invoices', row: { order_id: '42', amount_cents: 700, charge_id: 'ch_1' } }])
})

test('a card that declines is an answer to tell, and no failure', async () => {
  const gateway = gatewayThatSays({ outcome: 'declined', reason: 'insufficient funds' })
  const { published, inserted, counted, error } = await receive(billingThrough(gateway, startedAt), OrderPlaced(order))
  expect(counted).toEqual({ shop_orders_declined_total: 1 })
  expect(error).toBeUndefined()
  expect(published).toEqual([PaymentDeclined({ ...payment, reason: 'insufficient funds' })])
  expect(inserted).toMatchObject([{ table: 'declined_payments', row: { order_id: '42', reason: 'insufficient funds' } }])
})

test('while the gateway is away nothing is said and the order waits', async () => {
  const { published, inserted, error } = await receive(
    billingThrough(gatewayThatSays(new Postpone('2s')), startedAt),
    OrderPlaced(order),
  )
  expect(error).toBeInstanceOf(Postpone)
  expect([...published, ...inserted]).toEqual([])
})

test('an order that was placed while billing was away is not charged before what else waits for billing is handled', async () => {
  const gateway = gatewayThatSays({ outcome: 'charged', chargeId: 'ch_1' })
  const { sent, published } = await receive(billingThrough(gateway, new Date()), OrderPlaced(order), {
    message: { time: new Date(Date.now() - 1_000) },
  })
  expect(sent).toEqual([ChargeOrder(payment)])
  expect([...published, ...gateway.asked]).toEqual([])
})

const at = (time: string) => new Date(`2026-03-01T${time}Z`)

test.each([
  ['sent a moment ago', '10:00:01', '10:00:01.500', false],
  ['sent before billing was started', '09:59:59', '10:00:00.500', true],
  ['postponed for long, since the gateway was away', '10:00:01', '10:00:12', true],
])('a message that was %s', (_, sentAt, now, waited) => {
  expect(hasWaited(at(sentAt), at('10:00:00'), at(now))).toBe(waited)
})
