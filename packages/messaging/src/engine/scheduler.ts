import type { EndpointRuntime } from './endpointRuntime.ts'
import { pause } from '../pause.ts'
import { publishOrPark } from './publish.ts'
import { retryUntilStopped, Stopped } from './retryUntilStopped.ts'

const recordsAtOnce = 200
const longestSleepMs = 1_000

/** Publishes what an endpoint has scheduled (timeouts, postponed messages) when it is due; replicas share the work. */
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
      const sleepMs = await this.#publishDue()
      await pause(sleepMs, signal)
    }
  }

  /** @returns how long to sleep, in milliseconds */
  async #publishDue(): Promise<number> {
    const { store, log } = this.#runtime
    try {
      const { published, nextAt } = await retryUntilStopped(
        'publish what is due',
        { signal: this.#stop.signal, log, isTransient: () => true },
        () => store.publishScheduled((records) => publishOrPark(this.#runtime, records), recordsAtOnce),
      )
      if (published === recordsAtOnce) return 0
      return nextAt === undefined ? longestSleepMs : Math.min(longestSleepMs, Math.max(0, nextAt.getTime() - Date.now()))
    } catch (error) {
      if (error instanceof Stopped) return 0
      throw error
    }
  }
}
