import { describe, expect, test } from 'vitest'
import { Undecodable } from '../codec/errors.ts'
import type { Recoverability } from '../definition/endpoint.ts'
import { Postpone, Unrecoverable } from '../definition/outcome.ts'
import { recover, type Recovery } from './policy.ts'

class CardExpired extends Error {}
class DebitCardExpired extends CardExpired {}

const policy: Recoverability = { immediate: 2, delayed: ['2s', '4s', '8s'], unrecoverable: [CardExpired] }
const bug = new TypeError('undefined is not a function')
const again: Recovery = { kind: 'again' }
const deadLetter: Recovery = { kind: 'dead-letter' }

describe('what happens to a message whose handler threw', () => {
  test.each([
    { it: 'is tried again at once', error: bug, immediateRetries: 0, delayedRetries: 0, expected: again },
    {
      it: 'is tried again at once, as often as the policy says',
      error: bug,
      immediateRetries: 1,
      delayedRetries: 0,
      expected: again,
    },
    {
      it: 'then waits for the first delay',
      error: bug,
      immediateRetries: 2,
      delayedRetries: 0,
      expected: { kind: 'delay', delay: '2s', delayMs: 2000 },
    },
    { it: 'is tried at once again after a delay', error: bug, immediateRetries: 0, delayedRetries: 1, expected: again },
    {
      it: 'then waits for the last delay',
      error: bug,
      immediateRetries: 2,
      delayedRetries: 2,
      expected: { kind: 'delay', delay: '8s', delayMs: 8000 },
    },
    { it: 'then waits for a person', error: bug, immediateRetries: 2, delayedRetries: 3, expected: deadLetter },
    {
      it: 'goes to the person at once when it is unrecoverable',
      error: new Unrecoverable('no lines'),
      immediateRetries: 0,
      delayedRetries: 0,
      expected: deadLetter,
    },
    {
      it: 'goes to the person at once when it cannot be read',
      error: new Undecodable('bad byte'),
      immediateRetries: 0,
      delayedRetries: 0,
      expected: deadLetter,
    },
    {
      it: 'goes to the person at once when the endpoint says so of the error',
      error: new CardExpired(),
      immediateRetries: 0,
      delayedRetries: 0,
      expected: deadLetter,
    },
    {
      it: 'goes to the person at once for a subclass of such an error',
      error: new DebitCardExpired(),
      immediateRetries: 0,
      delayedRetries: 0,
      expected: deadLetter,
    },
    {
      it: 'comes later when it is too early, however often it was retried',
      error: new Postpone('3s'),
      immediateRetries: 2,
      delayedRetries: 3,
      expected: { kind: 'postpone', delayMs: 3000 },
    },
    {
      it: 'is tried again when it threw something that is no error',
      error: 'oops',
      immediateRetries: 0,
      delayedRetries: 0,
      expected: again,
    },
  ])('it $it', ({ error, immediateRetries, delayedRetries, expected }) => {
    expect(recover(policy, { error, immediateRetries, delayedRetries })).toEqual(expected)
  })

  test('without retries it waits for a person after the first failure', () => {
    const none: Recoverability = { immediate: 0, delayed: [], unrecoverable: [] }
    expect(recover(none, { error: bug, immediateRetries: 0, delayedRetries: 0 })).toEqual(deadLetter)
  })
})
