import { BrokerUnavailable, type OutgoingRecord, TopicUnavailable } from '../broker/port.ts'
import { sizeOf } from '../broker/size.ts'
import { pause } from '../pause.ts'

interface HeldAuditsOptions {
  readonly publish: (records: readonly OutgoingRecord[]) => Promise<void>
  readonly onPublished: (records: readonly OutgoingRecord[]) => void
  /** The topic took none of them for too long. */
  readonly onLost: (error: unknown) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** For how long a topic may take no records. After the crash of a broker its partitions have another leader within some seconds. */
const patienceMs = 30_000
const againAfterMs = 1_000
/** What comes in that time from a process that does nothing but handle messages. */
const mostBytes = 16 * 1024 * 1024

/**
 * What the audit topic does not take just now, while other topics take theirs. It waits in memory, and is tried again: a process that
 * dies meanwhile loses it.
 */
export class HeldAudits {
  readonly #options: HeldAuditsOptions
  readonly #closing = new AbortController()
  #records: OutgoingRecord[] = []
  #bytes = 0
  #trying: Promise<void> | undefined

  constructor(options: HeldAuditsOptions) {
    this.#options = options
  }

  /** Whether there are any: what comes now goes behind them. */
  get areThere(): boolean {
    return this.#records.length > 0
  }

  hold(records: readonly OutgoingRecord[]): void {
    const bytes = records.reduce((sum, record) => sum + sizeOf(record), 0)
    if (this.#bytes + bytes > mostBytes) return this.#lose(new Error(`more than ${mostBytes} bytes wait for the audit topic`))
    this.#records.push(...records)
    this.#bytes += bytes
    this.#trying ??= this.#keepTrying().finally(() => (this.#trying = undefined))
  }

  /** Tries once more, and loses the rest. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#trying
  }

  async #keepTrying(): Promise<void> {
    const { now } = this.#options
    let until = now() + patienceMs
    while (this.areThere) {
      await pause(againAfterMs, this.#closing.signal)
      try {
        await this.#publish()
      } catch (error) {
        const isPassing = error instanceof BrokerUnavailable && !this.#closing.signal.aborted
        if (!isPassing || (error instanceof TopicUnavailable && now() >= until)) return this.#lose(error)
        // While the whole broker is away it says nothing about its topics.
        if (!(error instanceof TopicUnavailable)) until = now() + patienceMs
      }
    }
  }

  async #publish(): Promise<void> {
    const { publish, onPublished } = this.#options
    const records = [...this.#records]
    await publish(records)
    this.#records = this.#records.slice(records.length)
    this.#bytes = this.#records.reduce((sum, record) => sum + sizeOf(record), 0)
    onPublished(records)
  }

  #lose(error: unknown): void {
    this.#records = []
    this.#bytes = 0
    this.#options.onLost(error)
  }
}
