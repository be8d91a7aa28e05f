import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@petrel/messaging'
import type { Work } from '../part.ts'

/** Does something at once, and again and again. What fails is logged, and tried the next time. @param what completes `cannot …` */
export function every(ms: number, log: Log, what: string, work: () => Promise<unknown>): Work {
  const ending = new AbortController()
  const keepDoing = async () => {
    while (!ending.signal.aborted) {
      await work().catch((error: unknown) => log.warn({ err: error }, `cannot ${what}; trying again`))
      await sleep(ms, undefined, { signal: ending.signal }).catch(() => undefined)
    }
  }
  const running = keepDoing()
  return {
    async close() {
      ending.abort()
      await running
    },
  }
}
