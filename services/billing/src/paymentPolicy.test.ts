import { ChargeOrder, OrderBilled, OrderCancelled, PaymentCancelled } from '@petrel/contracts'
import { Postpone } from '@petrel/messaging'
import { testSaga } from '@petrel/messaging/testing'
import { expect, test } from 'vitest'
import { billingThrough } from './endpoint.ts'
import type { Amount, Gateway } from './gateway.ts'
import { paymentPolicy } from './paymentPolicy.ts'

const order = { orderId: '42', customerId: 'ada', email: 'ada@example.com', amountCents: 700, currency: 'EUR' }
const cancelled = OrderCancelled({ orderId: '42', customerId: 'ada', cancelledAt: new Date(), wasPlaced: true })

/** A gateway that charges, after it was away for this many requests. */
function gateway({ awayFor = 0 } = {}): Gateway & { asked: Amount[] } {
  const asked: Amount[] = []
  return {
    asked,
    async charge(amount) {
      asked.push(amount)
      if (asked.length <= awayFor) throw new Postpone('2s', 'away')
      return { outcome: 'charged', chargeId: 'ch_1' }
    },
    refund: () => Promise.reject(new Error('nobody asked for a refund')),
  }
}

const policyWith = (bank: Gateway) => {
  const billing = billingThrough(bank, new Date())
  return testSaga(billing, paymentPolicy(bank))
}

test('an order that has waited is charged', async () => {
  const { published, completed } = await policyWith(gateway()).receive(ChargeOrder(order))
  expect(published).toEqual([OrderBilled({ ...order, chargeId: 'ch_1', billedAt: expect.any(Date) })])
  expect(completed).toBe(true)
})

test('an order that was cancelled while it waited is not charged, and billing publishes that', async () => {
  const bank = gateway()
  const policy = policyWith(bank)
  await policy.receive(cancelled)
  const { published, completed } = await policy.receive(ChargeOrder(order))
  expect(published).toEqual([PaymentCancelled(order)])
  expect(completed).toBe(true)
  expect(bank.asked).toEqual([])
})

test('an order that is cancelled while the gateway is away is not charged when it is back', async () => {
  const bank = gateway({ awayFor: 1 })
  const policy = policyWith(bank)
  expect((await policy.receive(ChargeOrder(order))).error).toBeInstanceOf(Postpone)
  await policy.receive(cancelled)
  expect((await policy.receive(ChargeOrder(order))).published).toEqual([PaymentCancelled(order)])
  expect(bank.asked).toHaveLength(1)
})

test('a cancellation that comes after the charge changes nothing here: shipping asks for the refund', async () => {
  const policy = policyWith(gateway())
  await policy.receive(ChargeOrder(order))
  expect(await policy.receive(cancelled)).toMatchObject({ ignored: true, published: [] })
})
