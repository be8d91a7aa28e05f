import { type OutgoingRecord, TopicMissing } from '../broker/port.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'
import { publishPresent } from './publish.ts'

/** How soon a topic that is not there is tried again, in milliseconds. */
export const heldAgainMs = 2_000
/** The outbox has all of it, but a lane that holds more waits itself: it would not keep it all in memory. */
const mostRecords = 1_000

interface HeldRow {
  readonly outboxId: string
  readonly records: readonly OutgoingRecord[]
}

/**
 * What a lane has saved for topics that are not there: somebody has deleted them. It waits for its topic, in order, and keeps
 * nothing else waiting. The outbox has it until it is sent, so whoever has the lane next sends it.
 */
export class HeldOutgoing {
  readonly #runtime: EndpointRuntime
  #rows: readonly HeldRow[] = []
  #triedAt = 0

  constructor(runtime: EndpointRuntime) {
    this.#runtime = runtime
  }

  get areThere(): boolean {
    return this.#rows.length > 0
  }

  hasRow(outboxId: string): boolean {
    return this.#rows.some((row) => row.outboxId === outboxId)
  }

  /**
   * Publishes records. Those whose topic is not there, or has some waiting already, may be left.
   * @param mayWait whether the outbox has a record
   * @param left told what is left, also before something is thrown: the rest is published
   * @returns what is left: only what may wait
   * @throws BrokerUnavailable; TopicMissing when a record may not wait whose topic is not there, or too much waits already
   */
  async publishOthers(
    records: readonly OutgoingRecord[],
    mayWait: (record: OutgoingRecord) => boolean,
    left: (records: readonly OutgoingRecord[]) => void = () => {},
  ): Promise<readonly OutgoingRecord[]> {
    const behind = this.areThere ? records.filter((record) => this.#waitsFor(record.topic) && mayWait(record)) : []
    const first = behind.length === 0 ? records : records.filter((record) => !behind.includes(record))
    const waiting = [...behind, ...(await publishPresent(this.#runtime, first))]
    left(waiting)
    const stuck = waiting.find((record) => !mayWait(record))
    if (stuck !== undefined) throw new TopicMissing(`Topic ${stuck.topic} does not exist; \`petrel deploy\` creates it`)
    const held = this.#rows.reduce((sum, row) => sum + row.records.length, 0)
    if (waiting[0] !== undefined && held + waiting.length > mostRecords)
      throw new TopicMissing(`Topic ${waiting[0].topic} does not exist, and ${held} records wait for such topics already`)
    return waiting
  }

  hold(outboxId: string, records: readonly OutgoingRecord[]): void {
    this.#rows = [...this.#rows, { outboxId, records }]
  }

  /**
   * Publishes what waits and can be sent now, not more often than it makes sense.
   * @param sent told the id of each row of which nothing is left
   * @throws BrokerUnavailable
   */
  async tryAgain(sent: (outboxId: string) => void): Promise<void> {
    const { now } = this.#runtime
    if (!this.areThere || now() - this.#triedAt < heldAgainMs) return
    this.#triedAt = now()
    const missing = new Set<string>()
    for (const row of this.#rows) {
      const due = row.records.filter(({ topic }) => !missing.has(topic))
      const still = await publishPresent(this.#runtime, due)
      for (const { topic } of still) missing.add(topic)
      const records = row.records.filter((record) => missing.has(record.topic))
      this.#rows = this.#rows.flatMap((each) => (each !== row ? each : records.length === 0 ? [] : { ...row, records }))
      if (records.length === 0) sent(row.outboxId)
    }
  }

  #waitsFor(topic: string): boolean {
    return this.#rows.some(({ records }) => records.some((record) => record.topic === topic))
  }
}
