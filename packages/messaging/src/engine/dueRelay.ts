import { setTimeout as delay } from 'node:timers/promises'
import { patiently } from './patience.ts'
import type { Workshop } from './workshop.ts'

const atOnce = 200
const longestSleepMs = 1_000

/** Publishes what an endpoint has set aside for later (timeouts, postponed messages) when it is due; replicas share the work. */
export class DueRelay {
  readonly #workshop: Workshop
  readonly #stop = new AbortController()
  readonly #ended: Promise<void>

  constructor(workshop: Workshop) {
    this.#workshop = workshop
    this.#ended = this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#ended
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      const sleepMs = await this.#publishDue()
      await delay(sleepMs, undefined, { signal }).catch(() => {})
    }
  }

  async #publishDue(): Promise<number> {
    const { store, broker, log } = this.#workshop
    try {
      const { published, nextAt } = await patiently('publish what is due', { signal: this.#stop.signal, log }, () =>
        store.publishDue((records) => broker.publish(records), atOnce),
      )
      if (published === atOnce) return 0
      return nextAt === undefined ? longestSleepMs : Math.min(longestSleepMs, Math.max(0, nextAt.getTime() - Date.now()))
    } catch {
      return 0 // Only Stopped comes out of `patiently`.
    }
  }
}
