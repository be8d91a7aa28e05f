import {
  OrderBilled,
  OrderCancelled,
  OrderPlaced,
  PaymentCancelled,
  PaymentDeclined,
  RefundOrder,
  ReleaseStock,
  ShipmentDelayed,
  ShipOrder,
  StockReservationRejected,
  StockReserved,
} from '@petrel/contracts'
import type { Message } from '@petrel/messaging'
import { testSaga } from '@petrel/messaging/testing'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { shipping } from './endpoint.ts'
import { shippingPolicy } from './shippingPolicy.ts'

const orderId = '42'
const acceptedAt = new Date('2026-03-01T09:59:59Z')
const placedAt = new Date('2026-03-01T10:00:00Z')
const lines = [{ sku: 'green-tea', quantity: 2 }]
const payer = { orderId, customerId: 'ada', email: 'ada@example.com', currency: 'EUR' }

const priced = lines.map((line) => ({ ...line, name: 'Green tea', unitCents: 350 }))
const placed = OrderPlaced({ ...payer, lines: priced, totalCents: 700, placedAt, acceptedAt })
const billed = OrderBilled({ ...payer, amountCents: 700, chargeId: 'ch_1', billedAt: placedAt })
const declined = PaymentDeclined({ ...payer, amountCents: 700, reason: 'insufficient funds' })
const reserved = StockReserved({ orderId, lines })
const rejected = StockReservationRejected({ orderId, reason: 'There is not enough of green-tea.', missingSkus: ['green-tea'] })
const cancelled = OrderCancelled({ orderId, customerId: 'ada', cancelledAt: placedAt, wasPlaced: true })
const paymentCancelled = PaymentCancelled({ ...payer, amountCents: 700 })

// The orders here are handled a second after they were accepted.
beforeAll(() => void vi.useFakeTimers({ now: placedAt, toFake: ['Date'] }))
afterAll(() => void vi.useRealTimers())

/** @returns all commands that a new policy sends when it hears these events one after the other. */
async function commandsAfter(...events: readonly Message[]): Promise<Message[]> {
  const policy = testSaga(shipping, shippingPolicy)
  const commands: Message[] = []
  for (const event of events) commands.push(...(await policy.receive(event)).sent)
  return commands
}

test('an order that was placed, billed and reserved is shipped with all its lines', async () => {
  expect(await commandsAfter(placed, billed, reserved)).toEqual([ShipOrder({ orderId, lines })])
})

test('stock that was rejected after the customer paid gives the money back, and says why', async () => {
  const reason = 'There is not enough of green-tea.'
  expect(await commandsAfter(placed, billed, rejected)).toEqual([RefundOrder({ orderId, reason })])
})

test('a declined payment lets go of the stock, and says why', async () => {
  const reason = 'The payment was declined: insufficient funds'
  expect(await commandsAfter(placed, reserved, declined)).toEqual([ReleaseStock({ orderId, reason })])
})

test('a cancelled order undoes what is done already at once, and the rest when it is done', async () => {
  const reason = 'The order was cancelled.'
  expect(await commandsAfter(placed, billed, cancelled)).toEqual([RefundOrder({ orderId, reason })])
  expect(await commandsAfter(placed, billed, cancelled, reserved)).toEqual([
    RefundOrder({ orderId, reason }),
    ReleaseStock({ orderId, reason }),
  ])
})

test('an order cancelled after it was shipped is not called back', async () => {
  expect(await commandsAfter(placed, billed, reserved, cancelled)).toEqual([ShipOrder({ orderId, lines })])
})

test('an order that is not ready 30 seconds after it was accepted raises an alarm that names what is missing', async () => {
  const policy = testSaga(shipping, shippingPolicy)
  await policy.receive(placed)
  await policy.receive(reserved)
  expect(await policy.advance('28s')).toEqual([])
  const [alarm] = await policy.advance('1s')
  expect(alarm?.published).toEqual([ShipmentDelayed({ orderId, waitingFor: ['OrderBilled'], since: acceptedAt })])
})

test('an alarm does not keep the order from being shipped later', async () => {
  const policy = testSaga(shipping, shippingPolicy)
  await policy.receive(placed)
  await policy.receive(reserved)
  await policy.advance('30s')
  expect((await policy.receive(billed)).sent).toEqual([ShipOrder({ orderId, lines })])
})

test('an order that was cancelled before it was placed is over: nobody has anything to undo', async () => {
  const { completed, sent } = await testSaga(shipping, shippingPolicy).receive(
    OrderCancelled({ orderId, customerId: 'ada', cancelledAt: placedAt, wasPlaced: false }),
  )
  expect(completed).toBe(true)
  expect(sent).toEqual([])
})

test('an order that was cancelled before it was charged lets go of the stock and waits for no payment', async () => {
  const policy = testSaga(shipping, shippingPolicy)
  for (const event of [placed, cancelled, paymentCancelled]) await policy.receive(event)
  const { sent, completed } = await policy.receive(reserved)
  expect(sent).toEqual([ReleaseStock({ orderId, reason: 'The order was cancelled.' })])
  expect(completed).toBe(true)
})

test('an order that is settled raises no alarm', async () => {
  const policy = testSaga(shipping, shippingPolicy)
  for (const event of [placed, billed, reserved]) await policy.receive(event)
  const published = (await policy.advance('1m')).flatMap((result) => result.published)
  expect(published).toEqual([])
})

/** What billing, stock and the customer did to an order. */
const fates = fc.record({
  payment: fc.constantFrom(billed, declined),
  stock: fc.constantFrom(reserved, rejected),
  cancellation: fc.constantFrom('none', 'while it is billed', 'before it is billed'),
})

/** A fate, and its events as they may arrive: in any order, each once or more, the alarm somewhere between them. */
const arrivals = fates.chain((fate) => {
  const payment = fate.cancellation === 'before it is billed' ? paymentCancelled : fate.payment
  const cancellation = fate.cancellation === 'none' ? [] : [cancelled]
  const events: (Message | 'alarm')[] = [placed, payment, fate.stock, ...cancellation, 'alarm']
  const repeated = fc.subarray(events).map((again) => [...events, ...again])
  const shuffled = repeated.chain((all) => fc.shuffledSubarray(all, { minLength: all.length }))
  return fc.record({ fate: fc.constant({ ...fate, payment }), events: shuffled })
})

test('in whatever order and however often the events come, an order ends shipped or wholly undone, never both', async () => {
  await fc.assert(
    fc.asyncProperty(arrivals, async ({ fate, events }) => {
      const policy = testSaga(shipping, shippingPolicy)
      const commands: string[] = []
      let last = { completed: false }
      for (const event of events) {
        const results = event === 'alarm' ? await policy.advance('30s') : [await policy.receive(event)]
        for (const result of results) commands.push(...result.sent.map(({ type }) => type.fullName))
        last = results.at(-1) ?? last
      }

      const firstOf = (event: Message) => events.indexOf(event)
      const readyAt = Math.max(firstOf(placed), firstOf(fate.payment), firstOf(fate.stock))
      const isCancelledInTime = fate.cancellation !== 'none' && firstOf(cancelled) < readyAt
      const isShipped = fate.payment === billed && fate.stock === reserved && !isCancelledInTime
      const undone = [
        ...(fate.payment === billed ? [RefundOrder.fullName] : []),
        ...(fate.stock === reserved ? [ReleaseStock.fullName] : []),
      ]
      expect(commands.toSorted()).toEqual(isShipped ? [ShipOrder.fullName] : undone.toSorted())
      expect(last.completed).toBe(true)
    }),
    { numRuns: 500 },
  )
})
