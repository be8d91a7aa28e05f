import type { BrokerRecord, TopicPartition } from '../broker/port.ts'
import { RecordQueue } from './recordQueue.ts'
import { isAboveHighWater, isBelowLowWater, type Quota } from './waterMarks.ts'

/** What the queues of a lane ask of its consumer. */
export interface QueueOwner {
  pause(partition: TopicPartition): void
  resume(partition: TopicPartition): void
  quota(): Quota
}

/** When a record may be handled, in milliseconds since the epoch. */
export type DueAt = (record: BrokerRecord) => number

/** The records of a lane that wait in memory, a queue for each topic. Too many of one partition: it is paused for a while. */
export class LaneQueues {
  readonly #owner: QueueOwner
  readonly #dueAt: DueAt
  readonly #queues = new Map<string, RecordQueue>()

  constructor(owner: QueueOwner, dueAt: DueAt) {
    this.#owner = owner
    this.#dueAt = dueAt
  }

  get length(): number {
    return [...this.#queues.values()].reduce((sum, { length }) => sum + length, 0)
  }

  get bytes(): number {
    let bytes = 0
    for (const queue of this.#queues.values()) bytes += queue.bytes
    return bytes
  }

  /** Records of one partition, in offset order. */
  add(records: readonly BrokerRecord[]): void {
    const [first] = records
    if (first === undefined) return
    const queue = this.#queueOf(first)
    queue.add(records)
    if (queue.paused || !isAboveHighWater(this.#owner.quota(), this.bytes, queue.bytes)) return
    queue.paused = true
    this.#owner.pause(queue)
  }

  /** Takes records that are due, topic by topic. The next call begins with another topic, so that none starves. */
  take(now: number, limit: number): BrokerRecord[] {
    const taken: BrokerRecord[] = []
    for (const queue of this.#queues.values()) {
      for (let next = queue.first; next !== undefined && taken.length < limit; next = queue.first) {
        if (this.#dueAt(next) > now) break
        taken.push(next)
        queue.shift()
      }
    }
    this.#resume()
    this.#rotate()
    return taken
  }

  /** When the first record is due; undefined when none waits. */
  nextDue(): number | undefined {
    const heads = [...this.#queues.values()].flatMap(({ first }) => first ?? [])
    return heads.length === 0 ? undefined : Math.min(...heads.map((record) => this.#dueAt(record)))
  }

  clear(): void {
    for (const queue of this.#queues.values()) if (queue.paused) this.#owner.resume(queue)
    this.#queues.clear()
  }

  #queueOf({ topic, partition }: TopicPartition): RecordQueue {
    const found = this.#queues.get(topic)
    if (found !== undefined) return found
    const queue = new RecordQueue({ topic, partition })
    this.#queues.set(topic, queue)
    return queue
  }

  #resume(): void {
    const quota = this.#owner.quota()
    const { bytes } = this
    for (const queue of this.#queues.values()) {
      if (!queue.paused || !isBelowLowWater(quota, bytes, queue.bytes)) continue
      queue.paused = false
      this.#owner.resume(queue)
    }
  }

  #rotate(): void {
    const [first] = this.#queues
    if (first === undefined) return
    this.#queues.delete(first[0])
    this.#queues.set(...first)
  }
}
