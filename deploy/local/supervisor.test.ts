import { expect, test } from 'vitest'
import { pauseAfter } from './supervisor.ts'

test('a service that keeps crashing is started again after 1, 2, 4 … seconds, and never later than after 30', () => {
  expect([1, 2, 3, 4, 5, 6, 20].map(pauseAfter)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
})
