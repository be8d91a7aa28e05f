import { BrokerUnavailable } from '../broker/port.ts'
import { NotAllowed, notLetIn } from '../connections/notLetIn.ts'
import type { Log } from '../log.ts'
import { RegistryUnavailable } from '../registry/port.ts'
import { StoreUnavailable } from '../store/port.ts'
import { pause } from '../pause.ts'

/**
 * Whether an error means that store, broker or registry are away. Then the action is tried until it works, and no message
 * fails for it. Any other error has a cause of its own, and is never retried for ever.
 */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof StoreUnavailable || error instanceof BrokerUnavailable || error instanceof RegistryUnavailable

/** The endpoint is stopping and the work was not finished; its messages will come again. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

export interface RetryOptions {
  readonly signal: AbortSignal
  readonly log: Log
  /** Is kept up to date for the endpoint's status. */
  readonly progress?: Progress | undefined
  /** Which errors are worth another try. Default: {@link isUnavailable}. */
  readonly isTransient?: (error: unknown) => boolean
}

/** What is being done, and why it has failed so far. */
export interface Progress {
  doing: string
  /** Milliseconds since the epoch. */
  since: number
  /** When it last began a step, a further try of it, or a handler, in milliseconds since the epoch. */
  movedAt: number
  failures: number
  /** Why the last try failed. */
  error: string | undefined
  /** Log fields that name the record: topic, partition, offset, message id. */
  readonly subject: () => object
}

const firstPauseMs = 100
const longestPauseMs = 5_000
/** A person has to add an ACL first. */
const longestPauseNotAllowedMs = 60_000

/**
 * Tries an action until it works, while store, broker or registry are away. Their absence is not the fault of a message, so
 * nothing is skipped and nothing becomes a dead letter.
 * @param what completes the log line `cannot …; trying again`
 * @throws Stopped when the endpoint stops first; any error that is not transient
 */
export async function retryUntilStopped<T>(what: string, options: RetryOptions, action: () => Promise<T>): Promise<T> {
  const { signal, log, progress, isTransient = isUnavailable } = options
  if (progress !== undefined) begin(progress, what)
  for (let failures = 1; ; failures++) {
    try {
      return await action()
    } catch (error) {
      if (error instanceof Stopped || !isTransient(error)) throw error
      const refusal = notLetIn(error)
      const pauseMs = pauseAfter(failures, refusal instanceof NotAllowed ? longestPauseNotAllowedMs : longestPauseMs)
      const subject = failures > 1 ? progress?.subject() : undefined
      // Not being let in was said already, once for the process.
      const level = refusal === undefined ? 'warn' : 'debug'
      log[level]({ err: error, failures, pauseMs: Math.round(pauseMs), ...subject }, `cannot ${what}; trying again`)
      if (progress !== undefined) Object.assign(progress, { failures, error: messageOf(error) })
      await pause(pauseMs, signal)
    }
    if (signal.aborted) throw new Stopped(`stopped while trying to ${what}`)
    if (progress !== undefined) moved(progress)
  }
}

export function begin(progress: Progress, doing: string): void {
  const now = Date.now()
  Object.assign(progress, { doing, since: now, movedAt: now, failures: 0, error: undefined })
}

/** Something has begun: what does it is not stuck. */
export function moved(progress: Progress): void {
  progress.movedAt = Date.now()
}

/** The pause after that many failures in a row, in milliseconds: doubled each time, up to the longest, five seconds. A quarter more or less, so that replicas do not retry all at once. */
export function pauseAfter(failures: number, longestMs = longestPauseMs): number {
  return Math.min(longestMs, firstPauseMs * 2 ** (failures - 1)) * (0.75 + Math.random() / 2)
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
