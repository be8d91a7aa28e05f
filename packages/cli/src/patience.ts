import { setTimeout as pause } from 'node:timers/promises'
import { notLetIn } from '@petrel/messaging/connections'
import { BrokerUnavailable, GroupIsRunning, isStoreAway, RegistryUnavailable } from '@petrel/messaging/operations'
import type { Addresses } from './addresses.ts'
import { Problem } from './problem.ts'
import { span } from './time.ts'

/** What a command waits for, and who is told. */
export interface Patience {
  /** Milliseconds; 0 to fail at once. */
  readonly waitMs: number
  readonly addresses: Pick<Addresses, 'kafka' | 'registry'>
  /** Called once, when the first try found somebody away. */
  readonly onWait: (sentence: string) => void
}

const betweenTriesMs = 1_000

/**
 * Tries again while Kafka, the registry or the database are not there yet: in a cluster everything starts at once.
 * @throws Problem that says who was away, when that took too long; any other error at once
 */
export async function patiently<T>(work: () => Promise<T>, { waitMs, addresses, onWait }: Patience): Promise<T> {
  const deadline = Date.now() + waitMs
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      const away = whoIsAway(error, addresses)
      if (away === undefined || waitMs === 0) throw error
      if (Date.now() + betweenTriesMs > deadline) throw tooLong(away, error, waitMs)
      if (tries === 1) onWait(waitingFor(away, error, waitMs))
      await pause(betweenTriesMs)
    }
  }
}

/** Undefined when the error would be the same at any other time. */
export function whoIsAway(error: unknown, { kafka, registry }: Patience['addresses']): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof GroupIsRunning) return undefined
    if (at instanceof BrokerUnavailable) return `Kafka at ${kafka.brokers.join(', ')}`
    if (at instanceof RegistryUnavailable) return `The schema registry at ${registry?.url}`
    if (isStoreAway(at)) return 'The database'
  }
  return undefined
}

function waitingFor(away: string, error: unknown, waitMs: number): string {
  const refusal = notLetIn(error)
  return refusal === undefined
    ? `${away} does not answer yet; waiting up to ${span(waitMs)}.`
    : `${refusal.message} Waiting up to ${span(waitMs)}.`
}

function tooLong(away: string, error: unknown, waitMs: number): Problem {
  const refusal = notLetIn(error)
  if (refusal !== undefined) return new Problem(`${refusal.message} That was so for ${span(waitMs)}.`, { cause: error })
  const why = error instanceof Error ? error.message : String(error)
  return new Problem(
    `${away} did not answer within ${span(waitMs)}. ${why}. Is the address right, and may connections go there from here?`,
    { cause: error },
  )
}
