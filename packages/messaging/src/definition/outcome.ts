import { type Duration, milliseconds } from './duration.ts'

/** Thrown by a handler when another try would not help: the message goes to the dead letter topic at once. */
export class Unrecoverable extends Error {
  override readonly name: string = 'Unrecoverable'
}

/**
 * Thrown by a handler when it is too early: the message comes again after the delay, and this does not count as a failure.
 * The delay grows with the time since the message was first postponed (see `postponement` in recoverability/policy.ts).
 */
export class Postpone extends Error {
  override readonly name: string = 'Postpone'
  readonly delayMs: number

  constructor(delay: Duration | number, reason = 'not yet') {
    super(`Postponed: ${reason}`)
    this.delayMs = typeof delay === 'number' ? delay : milliseconds(delay)
  }
}

/** A message that a handler produces is larger than its topic takes: another try would not help. */
export class MessageTooLarge extends Unrecoverable {
  override readonly name = 'MessageTooLarge'
}
