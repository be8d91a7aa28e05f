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
