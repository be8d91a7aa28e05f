import { OrderPlaced, OrderRefunded, RefundOrder, ReturnPayment } from '@petrel/contracts'
import { Unrecoverable } from '@petrel/messaging'
import { expect, test } from 'vitest'
import { serviceDatabase } from '../../../test/support/serviceDatabase.ts'
import type { Amount, Gateway } from './gateway.ts'
import { billingThrough } from './endpoint.ts'

const placed = OrderPlaced({
  orderId: '42',
  customerId: 'ada',
  email: 'ada@example.com',
  lines: [{ sku: 'green-tea', name: 'Green tea', quantity: 2, unitCents: 350 }],
  totalCents: 700,
  currency: 'EUR',
  placedAt: new Date('2026-03-01T10:00:00Z'),
  acceptedAt: null,
})
const refund = RefundOrder({ orderId: '42', reason: 'The order was cancelled.' })

const payment = {
  orderId: '42',
  customerId: 'ada',
  email: 'ada@example.com',
  amountCents: 700,
  currency: 'EUR',
  reason: 'The order was cancelled.',
}

/** A gateway with good days only, which remembers what it gave back. */
function kindGateway(): Gateway & { refunds: Amount[] } {
  const refunds: Amount[] = []
  return {
    refunds,
    charge: async () => ({ outcome: 'charged', chargeId: 'ch_1' }),
    async refund(amount) {
      refunds.push(amount)
      return { refundId: 're_1' }
    },
  }
}

test('an order gets back what it was charged, once', async () => {
  const gateway = kindGateway()
  await using billing = await serviceDatabase(billingThrough(gateway, new Date(0)))
  await billing.handle(placed)
  const [first] = await billing.handle(refund)
  const [second] = await billing.handle(refund)
  expect(first?.sent).toEqual([ReturnPayment(payment)])
  expect(second).toMatchObject({ sent: [], error: undefined })
  const [returned] = await billing.handle(ReturnPayment(payment))
  expect(returned?.published).toEqual([OrderRefunded({ ...payment, refundId: 're_1' })])
  expect(gateway.refunds).toEqual([{ orderId: '42', amountCents: 700, currency: 'EUR' }])
})

test('a refund that overtakes its bill is tried again later', async () => {
  const gateway = kindGateway()
  await using billing = await serviceDatabase(billingThrough(gateway, new Date(0)))
  const [early] = await billing.handle(refund)
  expect(early?.error).toBeInstanceOf(Error)
  expect(early?.error).not.toBeInstanceOf(Unrecoverable)
  expect(gateway.refunds).toEqual([])
})
