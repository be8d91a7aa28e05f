import { array, assert, constantFrom, double, oneof, property } from 'fast-check'
import { expect, test } from 'vitest'
import { bounds, bucketOf, type Histogram, percentile, together } from './histogram.ts'

const histogramOf = (values: readonly number[]): Histogram => together(values.map((value) => new Map([[bucketOf(value), 1]])))

const microseconds = double({ min: 0, max: 5e9, noNaN: true })

test('a time is in the range whose ends are around it', () => {
  assert(
    property(oneof(microseconds, constantFrom(...bounds)), (us) => {
      const bucket = bucketOf(us)
      expect(us).toBeLessThanOrEqual(bounds[bucket] ?? Infinity)
      expect(us).toBeGreaterThan(bounds[bucket - 1] ?? -1)
    }),
  )
})

test('a percentile is off by less than the range that it is in', () => {
  const longest = bounds.at(-1) ?? 0
  const values = array(double({ min: 100, max: longest, noNaN: true }), { minLength: 1, maxLength: 200 })
  assert(
    property(values, constantFrom(0.5, 0.95, 1), (some, part) => {
      const exact = some.toSorted((one, other) => one - other)[Math.ceil(part * some.length) - 1] ?? 0
      const found = percentile(histogramOf(some), part) ?? 0
      expect(found / exact).toBeGreaterThan(1 / 1.6)
      expect(found / exact).toBeLessThan(1.6)
    }),
  )
})

test('a message from a clock that is ahead took no time, and one that took an hour is above all ranges', () => {
  expect(bucketOf(-5_000)).toBe(0)
  expect(bucketOf(Infinity)).toBe(bounds.length)
  expect(percentile(histogramOf([3_600e6]), 0.95)).toBeCloseTo(1_000e6)
})

test('of nothing there is no percentile', () => {
  expect(percentile(new Map(), 0.5)).toBeUndefined()
  expect(percentile(new Map([[3, 0]]), 0.5)).toBeUndefined()
})
