import { Counter, Histogram } from 'prom-client'
import { expect, test } from 'vitest'
import { boundedLabel } from './boundedLabel.ts'
import { expose } from './exposition.ts'
import { processRegistry } from './registry.ts'

function registry() {
  const built = processRegistry('billing')
  new Counter({ name: 'orders_total', help: 'Orders', labelNames: ['of'], registers: [built] }).inc({ of: 'a # {b} "c"' }, 2)
  const time = new Histogram({ name: 'seconds', help: 'Time', buckets: [1], enableExemplars: true, registers: [built] })
  time.observe({ value: 0.5, exemplarLabels: { trace_id: 'abc' } })
  return built
}

test('who asks for OpenMetrics gets it, with exemplars and the end mark', async () => {
  const { type, body } = await expose(registry(), 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5')
  expect(type).toContain('application/openmetrics-text')
  expect(body).toContain('# TYPE orders counter\norders_total{of="a # {b} \\"c\\"",endpoint="billing"} 2\n')
  expect(body).toMatch(/^seconds_bucket\{le="1",endpoint="billing"\} 1 # \{trace_id="abc"\} 0\.5 \d+/m)
  expect(body.endsWith('# EOF\n')).toBe(true)
})

test('everybody else gets the older format, which knows neither; and both as often as they like', async () => {
  const built = registry()
  const [first] = [await expose(built), await expose(built, 'application/openmetrics-text')]
  expect(await expose(built)).toEqual(first)
  expect(first.type).toContain('text/plain; version=0.0.4')
  expect(first.body).toContain('# HELP orders_total Orders\n# TYPE orders_total counter\norders_total{')
  expect(first.body).toContain('{of="a # {b} \\"c\\"",endpoint="billing"} 2\n')
  expect(first.body).toMatch(/^seconds_bucket\{le="1",endpoint="billing"\} 1$/m)
  expect(first.body).not.toContain('# EOF')
})

test('after fifty classes of errors all others are one', () => {
  const label = boundedLabel(2)
  expect(['A', 'B', 'C', 'A', 'D'].map(label)).toEqual(['A', 'B', 'other', 'A', 'other'])
})
