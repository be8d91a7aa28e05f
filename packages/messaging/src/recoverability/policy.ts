import { type Duration, milliseconds } from '../definition/duration.ts'
import type { Recoverability } from '../definition/endpoint.ts'
import { Postpone, Unrecoverable } from '../definition/outcome.ts'
import { Undecodable, UnknownSchema } from '../codec/errors.ts'
import { NewerSagaState, newerSagaPatienceMs } from './newerSagaState.ts'

/** What is known when a message could not be handled. */
export interface Failure {
  readonly error: unknown
  /** Immediate retries that it has had in this delivery. */
  readonly immediateRetries: number
  /** Delayed retries that it has had since it was sent or replayed. */
  readonly delayedRetries: number
  /** How long ago it was postponed for the first time, in milliseconds; 0 when it never was. */
  readonly postponedForMs: number
  /** Whether it can be tried again at once: not while an earlier run of its handler has not ended. */
  readonly canTryAtOnce: boolean
}

/** Where a failed message goes that is not tried again at once. */
export type Destination =
  /** To the retry topic with that delay. */
  | { readonly kind: 'delay'; readonly delay: Duration; readonly delayMs: number }
  /** It is scheduled for later, and this does not count as a failure. */
  | { readonly kind: 'postpone'; readonly delayMs: number }
  | { readonly kind: 'dead-letter' }

export type Recovery = { readonly kind: 'again' } | Destination

/** Decides what happens to a message that could not be handled. */
export function recover(policy: Recoverability, failure: Failure): Recovery {
  const { error, immediateRetries, postponedForMs, canTryAtOnce } = failure
  if (error instanceof NewerSagaState && postponedForMs >= newerSagaPatienceMs) return { kind: 'dead-letter' }
  if (error instanceof Postpone) return { kind: 'postpone', delayMs: postponement(error.delayMs, postponedForMs) }
  if (error instanceof UnknownSchema) return delayedRetry(policy, failure)
  if (isUnrecoverable(policy, error)) return { kind: 'dead-letter' }
  if (canTryAtOnce && immediateRetries < policy.immediate) return { kind: 'again' }
  return delayedRetry(policy, failure)
}

function delayedRetry(policy: Recoverability, { delayedRetries }: Failure): Destination {
  const delay = policy.delayed[delayedRetries]
  return delay === undefined ? { kind: 'dead-letter' } : { kind: 'delay', delay, delayMs: milliseconds(delay) }
}

function isUnrecoverable(policy: Recoverability, error: unknown): boolean {
  return (
    error instanceof Unrecoverable || error instanceof Undecodable || policy.unrecoverable.some((type) => error instanceof type)
  )
}

const longestGrowthMs = milliseconds('2m')

/**
 * How long a postponed message waits: as long as its handler asks for, or half of the time since it was first postponed (but
 * two minutes at most), whichever is longer. So ten thousand orders that wait for a gateway do not all ask it every second.
 */
export function postponement(askedMs: number, postponedForMs: number): number {
  return Math.max(askedMs, Math.min(postponedForMs / 2, longestGrowthMs))
}
