import { expect, test } from 'vitest'
import { rateLimit } from './rateLimit.ts'

/** A limit with a clock in the test's hand. @returns how many of `requests` pass at this moment. */
function limitWithClock() {
  let now = 0
  const limit = rateLimit(() => now)
  return {
    passing: (requests: number, perSecond: number | null) =>
      Array.from({ length: requests }, () => limit(perSecond)).filter(Boolean).length,
    wait: (ms: number) => {
      now += ms
    },
  }
}

test('as many requests pass in a second as are allowed', () => {
  const { passing, wait } = limitWithClock()
  expect(passing(20, 5)).toBe(5)
  wait(1_000)
  expect(passing(20, 5)).toBe(5)
  wait(400)
  expect(passing(20, 5)).toBe(2)
})

test('a long silence does not save up for a flood', () => {
  const { passing, wait } = limitWithClock()
  wait(60_000)
  expect(passing(100, 5)).toBe(5)
})

test('without a limit everything passes', () => {
  expect(limitWithClock().passing(1_000, null)).toBe(1_000)
})

test('a limit below one lets a request through now and then', () => {
  const { passing, wait } = limitWithClock()
  expect(passing(3, 0.5)).toBe(1)
  wait(1_000)
  expect(passing(3, 0.5)).toBe(0)
  wait(1_000)
  expect(passing(3, 0.5)).toBe(1)
})
