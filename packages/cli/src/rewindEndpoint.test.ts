import { expect, test } from 'vitest'
import { pointInTime } from './rewindEndpoint.ts'

const now = Date.UTC(2030, 0, 31, 12)

test('a rewind goes to the beginning, to a time, or back by a length of time', () => {
  expect(pointInTime('beginning', now)).toBe(0)
  expect(pointInTime('2030-01-30T06:00:00Z', now)).toBe(Date.UTC(2030, 0, 30, 6))
  expect(pointInTime('3d', now)).toBe(Date.UTC(2030, 0, 28, 12))
})

test('what is none of these is refused with a sentence', () => {
  expect(() => pointInTime('2030-01-99', now)).toThrow('It is no time')
  expect(() => pointInTime('yesterday', now)).toThrow('is not a duration')
})
