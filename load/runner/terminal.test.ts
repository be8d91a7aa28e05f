import { expect, test } from 'vitest'
import { bar, line } from './terminal.ts'

test('a bar grows by eighths of a character, and not beyond its length', () => {
  expect([0, 1, 4, 8, 12, 100].map((value) => bar(value, 16, 2))).toEqual(['  ', '▏ ', '▌ ', '█ ', '█▌', '██'])
})

const tick = { second: 95, sent: 150, failed: 0, unsent: 0, p50: 8, p95: 23.4, bystanderP95: 6, waitingForBilling: 4_321 }
const scale = { rate: 150, waiting: 10_000 }

test('a line says what customers do and see, and what waits', () => {
  expect(line(tick, 'blast', scale)).toMatch(/^ {2}1:35 {2}blast +150 █+ +23 ms +▎ +4321 █+/)
})

test('failures are named; what nobody has seen is left out', () => {
  const seen = line({ ...tick, failed: 3, p95: undefined, waitingForBilling: undefined }, 'blast', scale)
  expect(seen).toContain('✗ 3 failed')
  expect(seen).not.toContain('ms')
})
