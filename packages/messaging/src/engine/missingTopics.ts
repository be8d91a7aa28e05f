import type { OutgoingRecord } from '../broker/port.ts'
import type { Log } from '../log.ts'

/** Topics that an endpoint writes to and that are not there. Each is said once. */
export class MissingTopics {
  readonly #log: Log
  readonly #names = new Set<string>()

  constructor(log: Log) {
    this.#log = log
  }

  get names(): readonly string[] {
    return [...this.#names]
  }

  isMissing(topic: string): void {
    if (this.#names.has(topic)) return
    this.#names.add(topic)
    this.#log.error(
      { event: 'topicMissing', topic },
      `topic ${topic} is not there: somebody has deleted it. What goes there waits in the outbox. \`petrel deploy\` makes it again`,
    )
  }

  areThere(records: readonly OutgoingRecord[]): void {
    if (this.#names.size === 0) return
    for (const { topic } of records)
      if (this.#names.delete(topic)) this.#log.warn({ event: 'topicBack', topic }, `topic ${topic} is there again`)
  }
}
