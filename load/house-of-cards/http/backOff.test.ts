import { expect, test } from 'vitest'
import { pauseMs } from './backOff.ts'

const almostOne = () => 1 - Number.EPSILON

test('each pause may be twice as long as the one before, up to two seconds', () => {
  const longest = [0, 1, 2, 3, 4, 5, 6].map((retry) => Math.round(pauseMs(retry, 0, almostOne)))
  expect(longest).toEqual([200, 400, 800, 1_600, 2_000, 2_000, 2_000])
})

test('callers who failed together do not come back together', () => {
  expect(pauseMs(3, 0, () => 0)).toBe(0)
  expect(pauseMs(3, 0, () => 0.5)).toBe(800)
})

test('who said when to come back is not asked sooner', () => {
  expect(pauseMs(0, 1_000, () => 0)).toBe(1_000)
  expect(pauseMs(0, 1_000, () => 0.5)).toBe(1_100)
})
