import { expect, test } from 'vitest'
import { collectSeries, percentile } from './series.ts'

const began = Date.parse('2026-03-01T10:00:00Z')

const point = (metric: string, value: number, afterMs: number, tags: Record<string, string> = {}) =>
  JSON.stringify({ metric, type: 'Point', data: { time: new Date(began + afterMs).toISOString(), value, tags } })

const order = (ms: number, afterMs: number, isAsExpected = true) =>
  point('http_req_duration', ms, afterMs, {
    who: 'customer',
    name: 'POST /api/orders',
    expected_response: String(isAsExpected),
  })

function seriesOf(...lines: readonly string[]) {
  const series = collectSeries()
  series.begin(began)
  for (const line of lines) series.line(line)
  return series
}

test('an answer belongs to the second in which the customer asked, however late it came', () => {
  const ticks = seriesOf(order(20, 100), order(3_000, 3_500), order(40, 1_200)).ticks()
  expect(ticks.map(({ sent }) => sent)).toEqual([2, 1])
  expect(ticks.map(({ p95 }) => p95)).toEqual([3_000, 40])
})

test('a request that was refused or had no answer has failed', () => {
  expect(seriesOf(order(20, 100), order(20, 200, false)).ticks()).toMatchObject([{ sent: 2, failed: 1 }])
})

test('what bystanders and the watcher ask is no order', () => {
  const reading = point('http_req_duration', 30, 500, { who: 'bystander', name: 'GET /' })
  const watching = point('http_req_duration', 99, 500, { who: 'watcher', name: 'watch' })
  expect(seriesOf(reading, watching).ticks()).toMatchObject([{ sent: 0, p95: undefined, bystanderP95: 30 }])
})

test('what the watcher saw is in its second; a second in which nobody looked has nothing', () => {
  const ticks = seriesOf(point('waiting_for_billing', 1_234, 500), point('waiting_for_billing', 0, 2_500)).ticks()
  expect(ticks.map(({ waitingForBilling }) => waitingForBilling)).toEqual([1_234, undefined, 0])
})

test('accepted, refused and unclear orders are counted', () => {
  const series = seriesOf(point('orders_accepted', 1, 10), point('orders_accepted', 1, 20), point('orders_unclear', 1, 30))
  expect(series.answers()).toEqual({ accepted: 2, unclear: 1, refused: 0 })
})

test('an order that was under way when k6 ended may have been placed', () => {
  const series = seriesOf(point('orders_asked', 1, 10), point('orders_asked', 1, 20), point('orders_accepted', 1, 30))
  expect(series.answers()).toEqual({ accepted: 1, unclear: 1, refused: 0 })
})

const dropped = (who: string) => point('dropped_iterations', 2, 1_100, { who })

test('customers who could not come are counted in their second; bystanders are none', () => {
  expect(seriesOf(dropped('customer'), dropped('bystander')).ticks()).toMatchObject([{}, { sent: 0, unsent: 2 }])
})

test('whatever else k6 prints is of no interest', () => {
  const series = seriesOf('{"type":"Metric","metric":"http_req_duration"}', 'running (1m00s)', point('data_sent', 1, 10))
  expect(series.ticks()).toEqual([])
})

test('of nothing there is no percentile, and of one value it is that one', () => {
  expect([percentile([], 0.95), percentile([7], 0.95)]).toEqual([undefined, 7])
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at)
  expect(percentile(hundred, 0.95)).toBe(95)
})
