import { setTimeout as delay } from 'node:timers/promises'
import { retryUntilStopped } from './retryUntilStopped.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'

const atOnce = 200
const longestSleepMs = 1_000

/** Publishes what an endpoint has set aside for later (timeouts, postponed messages) when it is due; replicas share the work. */
export class Scheduler {
  readonly #runtime: EndpointRuntime
  readonly #stop = new AbortController()
  readonly #ended: Promise<void>

  constructor(runtime: EndpointRuntime) {
    this.#runtime = runtime
    this.#ended = this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#ended
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      const sleepMs = await this.#publishScheduled()
      await delay(sleepMs, undefined, { signal }).catch(() => {})
    }
  }

  async #publishScheduled(): Promise<number> {
    const { store, broker, log } = this.#runtime
    try {
      const { published, nextAt } = await retryUntilStopped('publish what is due', { signal: this.#stop.signal, log }, () =>
        store.publishScheduled((records) => broker.publish(records), atOnce),
      )
      if (published === atOnce) return 0
      return nextAt === undefined ? longestSleepMs : Math.min(longestSleepMs, Math.max(0, nextAt.getTime() - Date.now()))
    } catch {
      return 0 // Only Stopped comes out of `retryUntilStopped`.
    }
  }
}
