import { expect, test } from 'vitest'
import { alarmAfter } from './alarm.ts'

const at = (seconds: number) => new Date(seconds * 1_000)

test.each([
  ['placed at once', 0, '30000ms'],
  ['placed late, since sales was away', 20, '10000ms'],
  ['late already, with a little time for the others to answer', 300, '5000ms'],
  ['placed by a clock that is behind', -3, '30000ms'],
])('the alarm counts from acceptance: %s', (_, now, alarm) => {
  expect(alarmAfter(at(0), at(now))).toBe(alarm)
})
