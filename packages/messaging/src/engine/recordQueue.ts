import type { BrokerRecord, TopicPartition } from '../broker/port.ts'
import { upperBoundOf } from '../broker/size.ts'

/** About how many bytes the objects take in memory that a record and each of its headers consist of, besides their content. */
const objectBytes = { record: 300, header: 150 }

const bytesOf = (record: BrokerRecord) =>
  upperBoundOf(record) + objectBytes.record + objectBytes.header * Object.keys(record.headers).length

interface Waiting {
  readonly record: BrokerRecord
  /** What it takes in memory, about. */
  readonly bytes: number
}

/** Records of one partition that wait for their turn, in offset order. */
export class RecordQueue implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** Whether the broker was asked to pause the partition. */
  paused = false
  #waiting: Waiting[] = []
  #head = 0
  #bytes = 0

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic
    this.partition = partition
  }

  get length(): number {
    return this.#waiting.length - this.#head
  }

  get bytes(): number {
    return this.#bytes
  }

  get first(): BrokerRecord | undefined {
    return this.#waiting[this.#head]?.record
  }

  add(records: readonly BrokerRecord[]): void {
    const added = records.map((record): Waiting => ({ record, bytes: bytesOf(record) }))
    this.#waiting = this.#head === 0 ? this.#waiting.concat(added) : [...this.#waiting.slice(this.#head), ...added]
    this.#head = 0
    for (const { bytes } of added) this.#bytes += bytes
  }

  /** Takes the first record out. */
  shift(): BrokerRecord | undefined {
    const waiting = this.#waiting[this.#head]
    if (waiting === undefined) return undefined
    this.#head += 1
    this.#bytes -= waiting.bytes
    if (this.#head === this.#waiting.length) {
      this.#waiting = []
      this.#head = 0
    }
    return waiting.record
  }
}
