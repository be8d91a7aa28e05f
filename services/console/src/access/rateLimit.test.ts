import { expect, test } from 'vitest'
import { rateLimit } from './rateLimit.ts'

function limited(perMinute: number) {
  const clock = { now: 0 }
  const limit = rateLimit(perMinute, () => clock.now)
  /** @returns how many of so many changes were let through */
  const changes = (user: string, count: number) => {
    let done = 0
    for (; done < count; done += 1)
      try {
        limit(user)
      } catch {
        break
      }
    return done
  }
  return { clock, limit, changes }
}

test('one person has so many changes a minute, and gets them back evenly', () => {
  const { clock, changes } = limited(60)
  expect(changes('ada', 100)).toBe(60)
  clock.now += 5_000
  expect(changes('ada', 100)).toBe(5)
  clock.now += 600_000
  expect(changes('ada', 100)).toBe(60)
})

test('what one has used up another has not, until all together have', () => {
  const { clock, changes } = limited(10)
  const people = ['ada', 'bob', 'grace', 'joan', 'mary', 'rosalind']
  expect(people.map((user) => changes(user, 20))).toEqual([10, 10, 10, 10, 10, 0])
  clock.now += 6_000
  expect(changes('rosalind', 20)).toBe(5)
})

test('who has to wait is told for how long, and what to do', () => {
  const { limit, changes } = limited(2)
  changes('ada', 2)
  expect(() => limit('ada')).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ status: 429, retryAfter: 30 }) }),
  )
})
