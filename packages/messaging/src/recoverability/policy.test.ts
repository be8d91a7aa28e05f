import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Undecodable, UnknownSchema } from '../codec/errors.ts'
import type { Recoverability } from '../definition/endpoint.ts'
import { Postpone, Unrecoverable } from '../definition/outcome.ts'
import { postponement, recover, type Recovery } from './policy.ts'

class CardExpired extends Error {}
class DebitCardExpired extends CardExpired {}

const policy: Recoverability = { immediate: 2, delayed: ['2s', '4s', '8s'], unrecoverable: [CardExpired], outageGuard: 25 }
const bug = new TypeError('undefined is not a function')
const again: Recovery = { kind: 'again' }
const deadLetter: Recovery = { kind: 'dead-letter' }

describe('recover', () => {
  test.each([
    {
      title: 'a message that failed once is tried again at once',
      error: bug,
      immediateRetries: 0,
      delayedRetries: 0,
      expected: again,
    },
    {
      title: 'a message is tried again at once as often as the policy allows',
      error: bug,
      immediateRetries: 1,
      delayedRetries: 0,
      expected: again,
    },
    {
      title: 'a message without immediate retries left waits for the first delay',
      error: bug,
      immediateRetries: 2,
      delayedRetries: 0,
      expected: { kind: 'delay', delay: '2s', delayMs: 2000 },
    },
    {
      title: 'a message has its immediate retries again after a delay',
      error: bug,
      immediateRetries: 0,
      delayedRetries: 1,
      expected: again,
    },
    {
      title: 'a message without immediate retries left after two delays waits for the last delay',
      error: bug,
      immediateRetries: 2,
      delayedRetries: 2,
      expected: { kind: 'delay', delay: '8s', delayMs: 8000 },
    },
    {
      title: 'a message without any retries left becomes a dead letter',
      error: bug,
      immediateRetries: 2,
      delayedRetries: 3,
      expected: deadLetter,
    },
    {
      title: 'an unrecoverable message becomes a dead letter at once',
      error: new Unrecoverable('no lines'),
      immediateRetries: 0,
      delayedRetries: 0,
      expected: deadLetter,
    },
    {
      title: 'a message that cannot be decoded becomes a dead letter at once',
      error: new Undecodable('bad byte'),
      immediateRetries: 0,
      delayedRetries: 0,
      expected: deadLetter,
    },
    {
      title: 'a message with an error that the endpoint lists as unrecoverable becomes a dead letter at once',
      error: new CardExpired(),
      immediateRetries: 0,
      delayedRetries: 0,
      expected: deadLetter,
    },
    {
      title: 'a message with a subclass of a listed error becomes a dead letter at once',
      error: new DebitCardExpired(),
      immediateRetries: 0,
      delayedRetries: 0,
      expected: deadLetter,
    },
    {
      title: 'a message that comes too early is postponed, however often it was retried',
      error: new Postpone('3s'),
      immediateRetries: 2,
      delayedRetries: 3,
      expected: { kind: 'postpone', delayMs: 3000 },
    },
    {
      title: 'a message whose handler threw something other than an Error is tried again',
      error: 'oops',
      immediateRetries: 0,
      delayedRetries: 0,
      expected: again,
    },
  ])('$title', ({ error, immediateRetries, delayedRetries, expected }) => {
    expect(recover(policy, { error, immediateRetries, delayedRetries, postponedForMs: 0, canTryAtOnce: true })).toEqual(expected)
  })

  test('a message of an endpoint without retries becomes a dead letter after its first failure', () => {
    const none: Recoverability = { immediate: 0, delayed: [], unrecoverable: [], outageGuard: 25 }
    expect(recover(none, { error: bug, immediateRetries: 0, delayedRetries: 0, postponedForMs: 0, canTryAtOnce: true })).toEqual(
      deadLetter,
    )
  })

  test('a message with an unknown schema has delayed retries, and no immediate ones', () => {
    const unknown = { error: new UnknownSchema('no schema 7'), immediateRetries: 0, postponedForMs: 0, canTryAtOnce: true }
    expect(recover(policy, { ...unknown, delayedRetries: 0 })).toMatchObject({ kind: 'delay', delay: '2s' })
    expect(recover(policy, { ...unknown, delayedRetries: 3 })).toEqual(deadLetter)
  })

  test('a message is not tried again at once while an earlier run of its handler has not ended', () => {
    const failure = { error: bug, immediateRetries: 0, delayedRetries: 0, postponedForMs: 0, canTryAtOnce: false }
    expect(recover(policy, failure)).toMatchObject({ kind: 'delay', delay: '2s' })
  })
})

describe('postponement', () => {
  test('the first postponement is as long as the handler asks for', () => {
    expect(postponement(2_000, 0)).toBe(2_000)
  })

  test('a postponement grows to half of the time since the first one, up to two minutes', () => {
    expect(postponement(2_000, 3_000)).toBe(2_000)
    expect(postponement(2_000, 60_000)).toBe(30_000)
    expect(postponement(2_000, 3_600_000)).toBe(120_000)
  })

  test('a postponement is never shorter than the handler asks for', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (asked, waited) => {
        expect(postponement(asked, waited)).toBeGreaterThanOrEqual(asked)
      }),
    )
  })

  test('a message that is postponed by two seconds runs fewer than 50 times in an outage of an hour', () => {
    let asked = 0
    for (let waited = 0; waited < 3_600_000; waited += postponement(2_000, waited)) asked += 1
    expect(asked).toBeLessThan(50)
  })
})
