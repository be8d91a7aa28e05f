import { expect, test } from 'vitest'
import { backOff } from './backOff.ts'

test('what keeps crashing is started again after 1, 2, 4 … seconds, and never later than after 30', () => {
  const nextPause = backOff()
  expect([0, 0, 0, 0, 0, 0, 0, 0].map(nextPause)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

test('a crash after a long healthy time is a first one', () => {
  const nextPause = backOff()
  expect([0, 0, 31_000, 0].map(nextPause)).toEqual([1000, 2000, 1000, 2000])
})
