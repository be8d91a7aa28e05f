import type { AgedLag } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { bucketOf } from './histogram.ts'
import { endpointViews, type Known } from './endpointView.ts'
import { typeViews } from './endpointDetail.ts'
import type { Instance } from './instance.ts'
import { spanOf } from './windows.ts'

const now = Date.parse('2026-03-01T10:00:03Z')
const span = spanOf(15, now)
const showing = { prefix: 'shop.', span, now }

const nothingKnown: Known = {
  endpoints: ['billing'],
  instances: [],
  counts: new Map(),
  points: new Map(),
  times: [],
  perSecond: new Map(),
  lags: [],
  failures: new Map(),
}

const lag = (group: string, topic: string, count: number, seconds: number): AgedLag => ({
  group: `shop.${group}`,
  topic: `shop.${topic}`,
  partition: 0,
  committed: 0n,
  lag: count,
  oldest: { topic, partition: 0, offset: 0n },
  seconds,
})

const instance: Instance = {
  id: 'one',
  endpoint: 'billing',
  state: 'running',
  startedAt: now - 60_000,
  lastSeenAt: now - 1_000,
  everyMs: 10_000,
  version: '0.1.0',
  host: 'billing-0',
  pid: 7,
  ready: true,
  outageGuard: true,
}

test('an endpoint is shown with its processes, what it does, and what waits for it', () => {
  const counts = { handled: 90, failed: 3, processing: 0, critical: 0 }
  const [view] = endpointViews(
    {
      ...nothingKnown,
      instances: [instance, { ...instance, id: 'other', endpoint: 'sales' }],
      counts: new Map([['billing', new Map([[1, counts]])]]),
      times: [
        {
          endpoint: 'billing',
          type: 'a',
          processing: new Map([[bucketOf(4_000), 10]]),
          critical: new Map([[bucketOf(9e6), 10]]),
        },
      ],
      perSecond: new Map([['one', 1.5]]),
      lags: [
        lag('billing', 'sales.order-placed', 5, 12),
        lag('billing', 'billing.charge-order', 0, 0),
        lag('billing.retry', 'billing.retry.2s', 2, 1),
        lag('billing.retry', 'billing.replay', 7, 1),
        lag('billing-too', 'sales.order-placed', 100, 100),
      ],
      failures: new Map([['billing', 4]]),
    },
    showing,
  )
  expect(view).toMatchObject({
    name: 'billing',
    state: 'running',
    outageGuard: true,
    instances: [{ id: 'one', host: 'billing-0', state: 'running', perSecond: 1.5, lastSeenAt: new Date(now - 1_000) }],
    rates: { 1: { handled: 90, failed: 3 }, 60: { handled: 0, failed: 0, perSecond: 0 } },
    lag: 5,
    oldestWaitingSeconds: 12,
    waitingForRetry: 2,
    failed: 4,
  })
  expect(view?.processingMs.p50).toBeGreaterThan(2)
  expect(view?.processingMs.p95).toBeLessThan(6.4)
  expect(view?.criticalMs.p50).toBeGreaterThan(6_000)
  expect(view?.series.throughput).toHaveLength(60)
})

test('while Kafka is away nobody knows what waits', () => {
  const [view] = endpointViews({ ...nothingKnown, lags: undefined }, showing)
  expect(view).toMatchObject({ state: 'unknown', lag: null, oldestWaitingSeconds: null, waitingForRetry: null })
})

test('types are those that an endpoint handles, and those that it has handled', () => {
  const counts = { handled: 1, failed: 0, processing: 1_000, critical: 1_000 }
  const handles = [
    { type: 'sales.OrderPlaced', topic: 'sales.order-placed', kind: 'event' as const, handler: 'billOrder' },
    { type: 'sales.OrderCancelled', topic: 'sales.order-cancelled', kind: 'event' as const, handler: 'x', saga: 'RefundPolicy' },
  ]
  const types = typeViews(
    { handles },
    [
      { type: 'sales.OrderPlaced', ...counts },
      { type: 'old.Thing', ...counts },
    ],
    [],
    span,
  )
  expect(types.map(({ type, handler, handled }) => [type, handler, handled])).toEqual([
    ['old.Thing', null, 1],
    ['sales.OrderCancelled', 'RefundPolicy', 0],
    ['sales.OrderPlaced', 'billOrder', 1],
  ])
})
