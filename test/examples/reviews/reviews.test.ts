import { OrderRefunded, OrderShipped } from '@petrel/contracts'
import { startInMemory } from '@petrel/messaging/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { reviews } from './endpoint.ts'
import { ReviewRequested } from './messages.ts'

const shipped = OrderShipped({ orderId: '42', trackingCode: 'PT1', shippedAt: new Date() })
const refunded = OrderRefunded({
  orderId: '42',
  customerId: 'ada',
  email: 'ada@example.com',
  amountCents: 700,
  currency: 'EUR',
  refundId: 're_1',
  reason: 'The cup was broken.',
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a customer is asked for a review a week after the order was shipped', async () => {
  await using system = await startInMemory([reviews], { advanceTimers: vi.advanceTimersByTime })
  await system.publish(shipped)
  await system.advance('6d')
  expect(await system.produced(ReviewRequested)).toEqual([])
  await system.advance('1d')
  expect(await system.produced(ReviewRequested)).toEqual([{ orderId: '42' }])
})

test('nobody is asked for a review of an order that was refunded', async () => {
  await using system = await startInMemory([reviews], { advanceTimers: vi.advanceTimersByTime })
  await system.publish(shipped)
  await system.settled()
  await system.publish(refunded)
  await system.advance('7d')
  expect(await system.produced(ReviewRequested)).toEqual([])
  expect(await system.deadLetters()).toEqual([])
})
