import { type Duration, milliseconds } from './duration.ts'

/** Thrown by a handler when trying again cannot help: the message goes to the dead letter topic at once. */
export class Unrecoverable extends Error {
  override readonly name = 'Unrecoverable'
}

/** Thrown by a handler when it is too early: the message comes again after the delay, and this does not count as a failure. */
export class Postpone extends Error {
  override readonly name = 'Postpone'
  readonly delayMs: number

  constructor(delay: Duration | number, reason = 'not yet') {
    super(`Postponed: ${reason}`)
    this.delayMs = typeof delay === 'number' ? delay : milliseconds(delay)
  }
}
