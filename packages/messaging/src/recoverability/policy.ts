import { type Duration, milliseconds } from '../definition/duration.ts'
import type { Recoverability } from '../definition/endpoint.ts'
import { Postpone, Unrecoverable } from '../definition/outcome.ts'
import { Undecodable } from '../codec/errors.ts'

/** What is known when a handler has thrown. */
export interface Failure {
  readonly error: unknown
  /** Further tries at once it has had in this round. */
  readonly immediateRetries: number
  /** Delayed retries it has had since it was sent or replayed. */
  readonly delayedRetries: number
}

export type Recovery =
  | { readonly kind: 'again' }
  /** Into the retry topic of that delay. */
  | { readonly kind: 'delay'; readonly delay: Duration; readonly delayMs: number }
  /** Later, without counting. */
  | { readonly kind: 'postpone'; readonly delayMs: number }
  | { readonly kind: 'dead-letter' }

/** What happens to a message whose handler threw: at once, later, or to the dead letter topic. */
export function recover(policy: Recoverability, { error, immediateRetries, delayedRetries }: Failure): Recovery {
  if (error instanceof Postpone) return { kind: 'postpone', delayMs: error.delayMs }
  if (isHopeless(policy, error)) return { kind: 'dead-letter' }
  if (immediateRetries < policy.immediate) return { kind: 'again' }
  const delay = policy.delayed[delayedRetries]
  return delay === undefined ? { kind: 'dead-letter' } : { kind: 'delay', delay, delayMs: milliseconds(delay) }
}

function isHopeless(policy: Recoverability, error: unknown): boolean {
  return (
    error instanceof Unrecoverable || error instanceof Undecodable || policy.unrecoverable.some((type) => error instanceof type)
  )
}
