import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { shipping } from '../operations/testing/shop.ts'
import type { EndpointDefinition, Heartbeat } from './audit.ts'
import { sendHeartbeats } from './heartbeats.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2030, 0, 1) })
})
afterEach(() => {
  vi.useRealTimers()
})

const status = { ready: true, outageGuard: { on: false, failuresInARow: 0 } }

/** @param arrives what becomes of each, in their order; then all arrive */
function sending(...arrives: readonly Promise<boolean>[]) {
  const sent: Heartbeat[] = []
  const send = (heartbeat: Heartbeat) => arrives[sent.push(heartbeat) - 1] ?? Promise.resolve(true)
  const heart = sendHeartbeats({ endpoint: shipping, prefix: 'p.', version: '1.2.3', status: () => status, send })
  return { heart, sent }
}

test('a process says at once that it is there, then every ten seconds, and at last that it stops', async () => {
  const { heart, sent } = sending()
  await vi.advanceTimersByTimeAsync(20_000)
  await heart.stop()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(sent.map(({ stopping }) => stopping)).toEqual([false, false, false, true])
  expect(sent[0]).toMatchObject({
    startedAt: Date.UTC(2030, 0, 1),
    everyMs: 10_000,
    version: '1.2.3',
    pid: process.pid,
    ready: true,
    outageGuard: false,
  })
})

test('the definition comes with the first, and every ten minutes', async () => {
  const { sent } = sending()
  await vi.advanceTimersByTimeAsync(620_000)
  expect(sent.flatMap(({ definition }, index) => (definition === null ? [] : index))).toEqual([0, 60])
  expect(JSON.parse(sent[0]?.definition ?? '') as EndpointDefinition).toEqual({
    handles: [
      {
        type: 'sales.OrderPlaced',
        topic: 'p.sales.order-placed',
        kind: 'event',
        handler: 'shipping-policy',
        saga: 'shipping-policy',
      },
      {
        type: 'billing.OrderBilled',
        topic: 'p.billing.order-billed',
        kind: 'event',
        handler: 'shipping-policy',
        saga: 'shipping-policy',
      },
      {
        type: 'shipping.ShipmentOverdue',
        topic: 'p.shipping.shipment-overdue',
        kind: 'timeout',
        handler: 'shipping-policy',
        saga: 'shipping-policy',
      },
    ],
    produces: [
      { type: 'billing.RefundOrder', topic: 'p.billing.refund-order', kind: 'command' },
      { type: 'shipping.ShipmentOverdue', topic: 'p.shipping.shipment-overdue', kind: 'timeout' },
    ],
    delayed: ['2s', '4s', '8s'],
    partitions: 3,
    groups: [
      { group: 'p.shipping', topics: ['p.sales.order-placed', 'p.billing.order-billed', 'p.shipping.shipment-overdue'] },
      {
        group: 'p.shipping.retry',
        topics: [
          'p.shipping.retry.2s',
          'p.shipping.retry.4s',
          'p.shipping.retry.8s',
          'p.shipping.postponed',
          'p.shipping.replay',
        ],
      },
    ],
  } satisfies EndpointDefinition)
})

test('while one has no answer there is no other; one that is missing is not repeated, but its definition comes with the next', async () => {
  const answer = Promise.withResolvers<boolean>()
  const { sent } = sending(answer.promise)
  await vi.advanceTimersByTimeAsync(35_000)
  expect(sent).toHaveLength(1)
  answer.resolve(false)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(sent.map(({ definition }) => definition === null)).toEqual([false, false])
})

test('a process that stops while nothing arrives does not wait for another', async () => {
  const { heart, sent } = sending(Promise.resolve(false))
  await heart.stop()
  expect(sent).toHaveLength(1)
})
