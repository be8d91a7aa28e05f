import type { BrokerRecord, Position, TopicPartition } from '../broker/port.ts'
import { milliseconds } from '../definition/duration.ts'
import { handleBatch, type LaneOutbox, sendPendingOutbox } from './batch.ts'
import { dueAt } from './envelope.ts'
import { Stopped } from './retryUntilStopped.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'

/** What a lane asks of the consumer it belongs to. */
export interface LaneOwner {
  pause(partition: TopicPartition): void
  resume(partition: TopicPartition): void
  commit(positions: readonly Position[]): void
  /** So many more (or, negative, fewer) records wait in memory. */
  waiting(change: number): void
  /** Whether all lanes together hold as much as memory should. */
  crowded(): boolean
}

const batchSize = 250
/** Records of one partition in memory: above, the broker is asked to wait; below, to go on. */
const full = 1_000
const roomAgain = 250
const idleMs = 500
/** Node fires a timer at once that is set for longer (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args). */
const longestTimerMs = 2 ** 31 - 1

/** Records of one topic that wait for their turn. */
interface Queue extends TopicPartition {
  records: BrokerRecord[]
  head: number
  paused: boolean
}

/**
 * All partitions with one number, whatever their topic: their batches are handled one after the other, so a key is in
 * one place at a time. A record that is not due yet holds up the rest of its own topic only.
 */
export class Lane {
  readonly #runtime: EndpointRuntime
  readonly #owner: LaneOwner
  readonly #outbox: LaneOutbox
  readonly #queues = new Map<string, Queue>()
  readonly #longestDelayMs: number
  #wake: () => void = () => {}
  #ending = false
  readonly ended: Promise<void>

  /** @param after the lane's earlier holder in this process has put down what it had in hand */
  constructor(runtime: EndpointRuntime, owner: LaneOwner, name: string, after: Promise<void>) {
    this.#runtime = runtime
    this.#owner = owner
    this.#longestDelayMs = Math.max(0, ...runtime.endpoint.recoverability.delayed.map(milliseconds))
    this.#outbox = { lane: name, sent: new Set() }
    this.ended = after.then(() => this.#run())
  }

  /** Records of one partition, in offset order. */
  offer(records: readonly BrokerRecord[]): void {
    const [first] = records
    if (first === undefined) return
    const queue = this.#queue(first)
    queue.records = queue.head === 0 ? queue.records.concat(records) : [...queue.records.slice(queue.head), ...records]
    queue.head = 0
    this.#owner.waiting(records.length)
    if (!queue.paused && (queue.records.length >= full || this.#owner.crowded())) {
      queue.paused = true
      this.#owner.pause(queue)
    }
    this.#wake()
  }

  /** Forgets what waits: after a new assignment it comes again. */
  clear(): void {
    for (const queue of this.#queues.values()) {
      this.#owner.waiting(queue.head - queue.records.length)
      if (queue.paused) this.#owner.resume(queue)
    }
    this.#queues.clear()
  }

  /** Asks for more of what there is room for again. */
  askForMore(): void {
    if (this.#owner.crowded()) return
    for (const queue of this.#queues.values()) {
      if (!queue.paused || queue.records.length - queue.head >= roomAgain) continue
      queue.paused = false
      this.#owner.resume(queue)
    }
  }

  /** Finishes the batch in hand and takes no more. */
  end(): void {
    this.#ending = true
    this.#wake()
  }

  #queue({ topic, partition }: TopicPartition): Queue {
    const found = this.#queues.get(topic)
    if (found !== undefined) return found
    const queue: Queue = { topic, partition, records: [], head: 0, paused: false }
    this.#queues.set(topic, queue)
    return queue
  }

  async #run(): Promise<void> {
    try {
      await sendPendingOutbox(this.#runtime, this.#outbox)
      while (!this.#ending) await this.#step()
      await this.#deleteSent()
    } catch (error) {
      if (!(error instanceof Stopped)) throw error
    }
  }

  async #step(): Promise<void> {
    const now = Date.now()
    const batch = this.#take(now)
    if (batch.length === 0) return this.#waitForWork(now)
    await handleBatch(this.#runtime, this.#outbox, batch)
    this.#owner.commit(positionsAfter(batch))
  }

  #take(now: number): BrokerRecord[] {
    const batch: BrokerRecord[] = []
    for (const queue of this.#queues.values()) {
      while (batch.length < batchSize) {
        const record = queue.records[queue.head]
        if (record === undefined || this.#dueAt(record) > now) break
        batch.push(record)
        queue.head++
      }
    }
    this.#owner.waiting(-batch.length)
    this.askForMore()
    this.#rotate()
    return batch
  }

  /** The next batch begins with another topic, so that none starves. */
  #rotate(): void {
    const [first] = this.#queues
    if (first === undefined) return
    this.#queues.delete(first[0])
    this.#queues.set(...first)
  }

  async #waitForWork(now: number): Promise<void> {
    const due = this.#nextDue()
    const waitMs = Math.min(
      due === undefined ? Infinity : Math.min(due - now, longestTimerMs),
      this.#outbox.sent.size > 0 ? idleMs : Infinity,
    )
    const woken = await this.#woken(waitMs)
    if (!woken && this.#nextDue() === due && this.#outbox.sent.size > 0) await this.#deleteSent()
  }

  #woken(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(withinMs) ? setTimeout(() => resolve(false), Math.max(1, withinMs)) : undefined
      this.#wake = () => {
        clearTimeout(timer)
        resolve(true)
      }
      if (this.#ending) this.#wake()
    })
  }

  #nextDue(): number | undefined {
    const heads = [...this.#queues.values()].flatMap(({ records, head }) => records[head] ?? [])
    return heads.length === 0 ? undefined : Math.min(...heads.map((record) => this.#dueAt(record)))
  }

  /** Whatever a record from elsewhere says, it waits no longer than a retry would: it holds up what is behind it. */
  #dueAt({ headers, timestamp }: BrokerRecord): number {
    return Math.min(dueAt(headers), timestamp + this.#longestDelayMs)
  }

  async #deleteSent(): Promise<void> {
    const ids = [...this.#outbox.sent]
    if (ids.length === 0) return
    try {
      await this.#runtime.store.deleteOutbox(ids)
      for (const id of ids) this.#outbox.sent.delete(id)
    } catch (error) {
      this.#runtime.log.debug({ err: error }, 'sent outbox rows stay until the next batch')
    }
  }
}

function positionsAfter(batch: readonly BrokerRecord[]): Position[] {
  const next = new Map<string, Position>()
  for (const { topic, partition, offset } of batch) next.set(topic, { topic, partition, offset: offset + 1n })
  return [...next.values()]
}
