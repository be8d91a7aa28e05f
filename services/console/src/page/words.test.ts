import { expect, test } from 'vitest'
import { browserCode } from './browserCode.ts'

interface Words {
  readonly ago: (ms: number) => string
  readonly longSpan: (ms: number) => string
  readonly lasting: (ms: number | null) => string
  readonly rate: (perSecond: number) => string
  readonly plural: (count: number, one: string) => string
  readonly counted: (count: number | null) => string
  readonly exactTime: (iso: string) => string
  readonly standingOf: (conversation: { failed: number; settled: number; waiting: string[] }) => [string, string]
  readonly clockOrDay: (iso: string, now: number) => string
}
const words = await browserCode<Words>('words.js')
const { niceTop } = await browserCode<{ niceTop: (value: number) => number }>('parts/sparkScale.js')
const { hexLines } = await browserCode<{ hexLines: (hex: string) => string }>('parts/hex.js')

test('ages are short, and lengths of time have the unit that fits', () => {
  expect([500, 12_000, 240_000, 7_200_000, 172_800_000].map(words.ago)).toEqual([
    'now',
    '12 s ago',
    '4 m ago',
    '2 h ago',
    '2 d ago',
  ])
  expect([12_000, 252_000, 3_900_000].map(words.longSpan)).toEqual(['12 s', '4 m 12 s', '1 h 5 m'])
  expect([0.42, 38, 1_204, 125_000, null].map(words.lasting)).toEqual(['0.4 ms', '38 ms', '1.20 s', '2 m 5 s', '–'])
})

test('numbers are as people write them', () => {
  expect([0, 0.04, 2.26, 12.4, 1_250].map(words.rate)).toEqual(['0', '< 0.1', '2.3', '12', '1.3 k'])
  expect(words.plural(1, 'message')).toBe('1 message')
  expect(words.plural(12_408, 'message')).toBe('12,408 messages')
  expect(words.counted(null)).toBe('–')
})

test('times are in UTC, and the day is said when it is not today', () => {
  const at = '2026-03-01T14:02:07.120Z'
  expect(words.exactTime(at)).toBe('2026-03-01 14:02:07.120 UTC')
  expect(words.clockOrDay(at, Date.parse('2026-03-01T20:00:00Z'))).toBe('14:02:07')
  expect(words.clockOrDay(at, Date.parse('2026-03-02T20:00:00Z'))).toBe('Mar 1, 14:02')
})

test('an order has come to a failure, to a wait, or to its end', () => {
  const waiting = ['billing', 'stock']
  expect(words.standingOf({ failed: 2, settled: 1, waiting })).toEqual(['fail', '2 failed'])
  expect(words.standingOf({ failed: 0, settled: 1, waiting })).toEqual(['wait', 'waits for billing, stock'])
  expect(words.standingOf({ failed: 0, settled: 1, waiting: [] })).toEqual(['ok', '1 failed, settled'])
  expect(words.standingOf({ failed: 0, settled: 0, waiting: [] })).toEqual(['ok', 'nothing failed'])
})

test('a scale ends at a round number', () => expect([0, 0.3, 1, 17, 340].map(niceTop)).toEqual([1, 0.5, 1, 20, 500]))

test('bytes are shown as numbers and as text', () => {
  expect(hexLines('0000001267066164610a')).toBe(`000000  ${'00 00 00 12 67 06 61 64 61 0a'.padEnd(48)} ····g·ada·`)
})
