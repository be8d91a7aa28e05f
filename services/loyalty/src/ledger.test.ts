import { expect, test } from 'vitest'
import { pointsFor } from './ledger.ts'

test.each([
  [0, 0],
  [99, 0],
  [100, 1],
  [1_690, 16],
])('%i cents are worth %i points', (cents, points) => {
  expect(pointsFor(cents)).toBe(points)
})
