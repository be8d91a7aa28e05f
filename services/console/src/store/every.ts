import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@petrel/messaging'
import type { Work } from '../part.ts'

export interface Repeated extends Work {
  /** Does it once more as soon as what is done now is over. */
  soon(): void
}

/**
 * Does something at once, and again and again. What fails is logged, and tried the next time.
 * @param what completes `cannot …` @param work is told when the console stops: what takes long ends at the next occasion
 */
export function every(ms: number, log: Log, what: string, work: (ended: AbortSignal) => Promise<unknown>): Repeated {
  const ending = new AbortController()
  let waking = new AbortController()
  const keepDoing = async () => {
    while (!ending.signal.aborted) {
      waking = new AbortController()
      await work(ending.signal).catch((error: unknown) => log.warn({ err: error }, `cannot ${what}; trying again`))
      await sleep(ms, undefined, { signal: AbortSignal.any([ending.signal, waking.signal]) }).catch(() => undefined)
    }
  }
  const running = keepDoing()
  return {
    soon: () => waking.abort(),
    async close() {
      ending.abort()
      await running
    },
  }
}
