import { expect, test } from 'vitest'
import { differenceTable } from './differences.ts'

test('what something costs is the median of the differences within a round', () => {
  const lines = differenceTable('tracing', { off: [20, 30, 40], '100 %': [31, 40, 52] }).split('\n')
  expect(lines.at(-2)).toBe('| off | 30 |  |  |')
  expect(lines.at(-1)).toBe('| 100 % | 40 | **+11.0** | +10.0 · +11.0 · +12.0 |')
})

test('of many rounds it shows the least, the quartiles and the most', () => {
  const rounds = Array.from({ length: 41 }, (_, round) => round)
  expect(
    differenceTable('tracing', { off: rounds.map(() => 0), on: rounds })
      .split('\n')
      .at(-1),
  ).toBe('| on | 20 | **+20.0** | +0.0 · +10.0 · +20.0 · +30.0 · +40.0 |')
})
