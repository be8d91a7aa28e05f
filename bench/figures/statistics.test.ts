import { expect, test } from 'vitest'
import { median, percentile } from './statistics.ts'

test('of an even number of runs the median is in the middle of the two in the middle', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([7]), median([])]).toEqual([2, 2.5, 7, 0])
})

test('a percentile is a value that was measured, never one in between', () => {
  const latencies = Array.from({ length: 100 }, (_, index) => index + 1)
  expect([50, 95, 99, 100].map((share) => percentile(latencies, share))).toEqual([50, 95, 99, 100])
  expect(percentile([10, 20], 99)).toBe(20)
})
