import { expect, test } from 'vitest'
import { ago, instant, span } from './time.ts'

const now = Date.parse('2026-01-02T03:04:05.000Z')

test.each([
  ['2026-01-02T03:04:04.500Z', 'just now'],
  ['2026-01-02T03:04:00.000Z', '5 s ago'],
  ['2026-01-02T03:01:05.000Z', '3 min ago'],
  ['2026-01-01T15:04:05.000Z', '12 h ago'],
  ['2025-12-24T03:04:05.000Z', '9 d ago'],
])('%s is %s', (instant, expected) => {
  expect(ago(instant, now)).toBe(expected)
})

test.each([
  [35, '35 ms'],
  [1240, '1.2 s'],
  [60_000, '1 min'],
  [5_400_000, '1.5 h'],
])('%i milliseconds read %s', (ms, expected) => {
  expect(span(ms)).toBe(expected)
})

test.each([
  [-1, '1969-12-31T23:59:59.999Z'],
  [1_767_323_045_000, '2026-01-02T03:04:05.000Z'],
  [1_767_323_045_000_000_000, '1767323045000000000 ms after 1970'],
])('%d reads %s, whatever calendars have', (ms, expected) => {
  expect(instant(ms)).toBe(expected)
})
