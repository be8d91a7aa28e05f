import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../log.ts'

/** The endpoint is stopping and the work was not finished; its messages will come again. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

export interface RetryOptions {
  readonly signal: AbortSignal
  readonly log: Log
}

const firstPauseMs = 100
const longestPauseMs = 5_000

/**
 * Does something that store, broker or registry may refuse for now, again and again until it is done: their failure is
 * nobody's message's fault, so nothing is skipped or dead-lettered for it. @throws Stopped when the endpoint stops first
 */
export async function retryUntilStopped<T>(what: string, { signal, log }: RetryOptions, action: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await action()
    } catch (error) {
      if (error instanceof Stopped) throw error
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures) * (0.75 + Math.random() / 2)
      log.warn({ err: error, failures: failures + 1, pauseMs: Math.round(pauseMs) }, `cannot ${what}; trying again`)
      await pause(pauseMs, signal)
    }
    if (signal.aborted) throw new Stopped(`stopped while trying to ${what}`)
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
