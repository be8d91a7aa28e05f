import { pause } from '../pause.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'
import { publishPresent } from './publish.ts'
import { retryUntilStopped, Stopped } from './retryUntilStopped.ts'

const recordsAtOnce = 200
/**
 * Nobody tells a process what another one has scheduled. Each look says when the next record is due, whoever has saved it. So
 * only one that is due sooner than this can be late, by as much, and only when the process that saved it has died.
 */
const longestSleepMs = 10_000

/** Publishes what an endpoint has scheduled (timeouts, postponed messages) when it is due; replicas share the work. */
export class Scheduler {
  readonly #stop = new AbortController()
  #nap = new AbortController()
  /** The earliest of what was scheduled since the last look began, in milliseconds since the epoch. */
  #scheduledFor = Infinity
  #ended: Promise<void> = Promise.resolve()

  start(runtime: EndpointRuntime): void {
    this.#ended = this.#run(runtime)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#nap.abort()
    await this.#ended
  }

  /** Something was saved, perhaps, that is due then. */
  expect(dueAt: Date): void {
    if (dueAt.getTime() >= this.#scheduledFor) return
    this.#scheduledFor = dueAt.getTime()
    this.#nap.abort()
  }

  async #run(runtime: EndpointRuntime): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      this.#scheduledFor = Infinity
      const nextAt = await this.#publishDue(runtime)
      await this.#sleepUntil(Math.min(nextAt, Date.now() + longestSleepMs))
    }
  }

  /** Wakes earlier when something is due earlier. */
  async #sleepUntil(time: number): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const ms = Math.min(time, this.#scheduledFor) - Date.now()
      if (ms <= 0) return
      this.#nap = new AbortController()
      await pause(ms, this.#nap.signal)
    }
  }

  /** @returns when the next record is due, in milliseconds since the epoch; Infinity when none is scheduled */
  async #publishDue(runtime: EndpointRuntime): Promise<number> {
    const { store, log } = runtime
    try {
      const { nextAt } = await retryUntilStopped(
        'publish what is due',
        { signal: this.#stop.signal, log, isTransient: () => true },
        () => store.publishScheduled((records) => publishPresent(runtime, records), recordsAtOnce),
      )
      return nextAt?.getTime() ?? Infinity
    } catch (error) {
      if (error instanceof Stopped) return Infinity
      throw error
    }
  }
}
