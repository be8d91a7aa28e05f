import { expect, test } from 'vitest'
import { rateTable } from './rates.ts'

test('how fast something is beside the first is the median of the ratios within a round', () => {
  const lines = rateTable('connections', { plain: [1000, 2000, 4000], secured: [500, 1500, 4000] }).split('\n')
  expect(lines.at(-2)).toBe('| plain | 2000 (1000–4000) |  |  |')
  expect(lines.at(-1)).toBe('| secured | 1500 (500–4000) | **0.75** | 0.50 · 0.75 · 1.00 |')
})
