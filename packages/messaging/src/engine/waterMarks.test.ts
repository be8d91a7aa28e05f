import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isAboveHighWater, isBelowLowWater, quotaFor } from './waterMarks.ts'

const amounts = {
  lanes: fc.integer({ min: 1, max: 50 }),
  topics: fc.integer({ min: 1, max: 30 }),
  laneBytes: fc.integer({ min: 0, max: 2 ** 25 }),
  queueBytes: fc.integer({ min: 0, max: 2 ** 25 }),
}

test('no amount of waiting records both pauses and resumes a partition', () => {
  fc.assert(
    fc.property(fc.record(amounts), ({ lanes, topics, laneBytes, queueBytes }) => {
      const quota = quotaFor(lanes, topics)
      const above = isAboveHighWater(quota, laneBytes, queueBytes)
      expect(above && isBelowLowWater(quota, laneBytes, queueBytes)).toBe(false)
    }),
  )
})

test('a topic can use its share, however much the other topics of its lane hold', () => {
  fc.assert(
    fc.property(fc.record(amounts), ({ lanes, topics, laneBytes }) => {
      const quota = quotaFor(lanes, topics)
      expect(isAboveHighWater(quota, laneBytes, quota.share - 1)).toBe(false)
    }),
  )
})

test('all lanes together hold at most twice the limit of their consumer', () => {
  fc.assert(
    fc.property(amounts.lanes, amounts.topics, (lanes, topics) => {
      const { lane, share } = quotaFor(lanes, topics)
      expect(lanes * (lane + topics * share)).toBeLessThanOrEqual(2 * quotaFor(1, 1).lane + 1)
    }),
  )
})

test('a topic without waiting records is always resumed', () => {
  fc.assert(
    fc.property(fc.record(amounts), ({ lanes, topics, laneBytes }) => {
      expect(isBelowLowWater(quotaFor(lanes, topics), laneBytes, 0)).toBe(true)
    }),
  )
})
