import { expect, test } from 'vitest'
import { momentOf } from './time.ts'

test.each([
  ['now', 10_000],
  ['now-30m', 8200],
  ['now-1h', 6400],
  ['1795749475', 1_795_749_475],
  ['1970-01-01T01:00:00Z', 3600],
])('%s is a moment', (text, seconds) => {
  expect(momentOf(text, 10_000)).toBe(seconds)
})

test('what is no time says how to write one', () => {
  expect(() => momentOf('yesterday', 0)).toThrow('Write now-30m')
})
