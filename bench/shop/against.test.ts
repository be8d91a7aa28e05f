import { expect, test } from 'vitest'
import { pairsTable, readOrdersTable } from './against.ts'

const printed = `| 200 orders | per second | ms |
|---|---|---|
| accepted | 6452 | 31 |
| done: shipped, mailed, rewarded | 65 | 3083 |

| process | CPU ms an order | resident MiB |
|---|---|---|
| sales | 0.90 | 97 |
| client-ui | 2.40 | 104 |
| broker | 3.45 |  |
`

test('what orders.ts prints is read back: orders done a second, and the CPU of all its processes', () => {
  const { donePerSecond, cpuMs } = readOrdersTable(printed)
  expect(donePerSecond).toBe(65)
  expect(cpuMs).toBeCloseTo(6.75)
})

test('another table is refused, and shown', () => {
  expect(() => readOrdersTable('| nothing |\n|---|\n')).toThrow('| nothing |')
})

test('checkouts are compared round by round, so that what else the machine does falls on both', () => {
  const here = { cpuMs: 5, donePerSecond: 200 }
  const pairs = [
    { here, there: { cpuMs: 10, donePerSecond: 100 } },
    { here, there: { cpuMs: 20, donePerSecond: 50 } },
    { here, there: { cpuMs: 20, donePerSecond: 50 } },
  ]
  expect(pairsTable('all at once', pairs).split('\n').slice(2)).toEqual([
    '| round 1 | 5.00 · 10.00 | 0.50 | 200 · 100 | 2.00 |',
    '| round 2 | 5.00 · 20.00 | 0.25 | 200 · 50 | 4.00 |',
    '| round 3 | 5.00 · 20.00 | 0.25 | 200 · 50 | 4.00 |',
    '| **median** |  | **0.25** |  | **4.00** |',
  ])
})
