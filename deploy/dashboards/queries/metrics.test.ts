import { expect, test } from 'vitest'
import { metricsIn, selectorsIn, syntaxErrors } from './metrics.ts'

test('a query names its metrics, however deep they are in it', () => {
  const expression =
    'histogram_quantile(0.95, sum by (le) (rate(petrel_batch_size_bucket{a=~"b.*"}[1m]))) / on() max(up) or vector(0)'
  expect(metricsIn(expression)).toEqual(['petrel_batch_size_bucket', 'up'])
  expect(selectorsIn(expression)).toEqual(['petrel_batch_size_bucket{a=~"b.*"}', 'up'])
  expect(syntaxErrors(expression)).toEqual([])
})

test('a query that cannot be read says from where', () => {
  expect(syntaxErrors('sum(rate(up[1m])')).not.toEqual([])
  expect(syntaxErrors('sum by endpoint (up)')).not.toEqual([])
})
