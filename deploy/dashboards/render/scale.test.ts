import { expect, test } from 'vitest'
import { scaleFor } from './scale.ts'

test.each([
  ['messages', 22_950, 'short', { max: 25_000, interval: 5000 }],
  ['seconds below one', 0.0921, 's', { max: 0.1, interval: 0.02 }],
  ['minutes, by whole minutes', 864, 's', { max: 900, interval: 300 }],
  ['members, and no halves of them', 2, 'short', { max: 3, interval: 1 }],
  ['memory, by powers of two', 146_000_000, 'bytes', { max: 2 ** 25 * 5, interval: 2 ** 25 }],
  ['nothing', 0, 'short', { max: 1, interval: 1 }],
])('an axis of %s ends at a round number', (_, highest, unit, scale) => {
  expect(scaleFor(highest, unit)).toEqual(scale)
})

test('an axis ends above its highest value, whatever that is', () => {
  for (let highest = 1e-6; highest < 1e9; highest *= 1.37) {
    const { max, interval } = scaleFor(highest, 'short')
    expect(max).toBeGreaterThanOrEqual(highest)
    expect(max / interval).toBeLessThanOrEqual(7)
  }
})
