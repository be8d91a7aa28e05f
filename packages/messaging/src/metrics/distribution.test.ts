import { Histogram } from 'prom-client'
import { expect, test } from 'vitest'
import { Distribution } from './distribution.ts'
import { expose } from './exposition.ts'
import { processRegistry } from './registry.ts'

const described = { name: 'seconds', help: 'Time', buckets: [0.1, 1, 5] }
const values = [0.05, 0.1, 0.5, 1, 2, 7, 60]

test('a distribution is written as prom-client writes a histogram of the same values', async () => {
  const [ours, theirs] = [processRegistry('billing'), processRegistry('billing')]
  const distribution = new Distribution(ours, { ...described, label: 'message_type' })
  const histogram = new Histogram({ ...described, labelNames: ['message_type'], registers: [theirs] })
  for (const message_type of ['sales.OrderPlaced', 'sales.OrderCancelled'])
    for (const value of values) {
      distribution.observe(message_type, value)
      histogram.observe({ message_type }, value)
    }
  const linesOf = async (registry: typeof ours) =>
    (await expose(registry, 'application/openmetrics-text')).body.split('\n').map(sorted)
  expect(await linesOf(ours)).toEqual(await linesOf(theirs))
})

/** Labels may come in any order. */
const sorted = (line: string) => line.replace(/\{(.*)\}/, (_, labels: string) => `{${labels.split(',').toSorted().join(',')}}`)

test('the last example of a bucket is beside it', async () => {
  const registry = processRegistry('billing')
  const distribution = new Distribution(registry, { ...described, label: 'message_type' })
  distribution.observe('sales.OrderPlaced', 0.5, { trace_id: 'abc' })
  distribution.observe('sales.OrderPlaced', 0.6, {})
  const { body } = await expose(registry, 'application/openmetrics-text')
  expect(body).toMatch(/^seconds_bucket\{le="1",.*\} 2 # \{trace_id="abc"\} 0\.5 \d+/m)
})
