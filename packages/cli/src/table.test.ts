import { expect, test } from 'vitest'
import { table } from './table.ts'

test('columns are aligned, numbers to the right, and no line ends in blanks', () => {
  const columns = [{ heading: 'COUNT', align: 'right' as const }, { heading: 'ENDPOINT' }, { heading: 'ERROR' }]
  expect(
    table(columns, [
      ['7', 'payment-gateway', 'no'],
      ['1234567', 'sales', ''],
    ]),
  ).toEqual(['  COUNT  ENDPOINT         ERROR', '      7  payment-gateway  no', '1234567  sales'])
})

test('a cell that is longer than anybody reads is whole, and does not widen its column for all other rows', () => {
  const huge = 'h'.repeat(300_000)
  const lines = table(
    [{ heading: 'TYPE' }, { heading: 'COUNT', align: 'right' }],
    [[huge, '1'], ...Array.from({ length: 1_000 }, () => ['x', '2'])],
  )
  expect(lines[1]).toContain(huge)
  expect(Math.max(...lines.slice(2).map(({ length }) => length))).toBeLessThan(100)
})
