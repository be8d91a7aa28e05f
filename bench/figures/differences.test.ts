import { expect, test } from 'vitest'
import { differenceTable } from './differences.ts'

test('what something costs is the median of the differences within a round', () => {
  const lines = differenceTable('tracing', { off: [20, 30, 40], '100 %': [31, 40, 52] }).split('\n')
  expect(lines.at(-2)).toBe('| off | 30 |  |  |')
  expect(lines.at(-1)).toBe('| 100 % | 40 | **+11.0** | +10.0 · +11.0 · +12.0 |')
})
