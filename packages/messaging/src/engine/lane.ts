import type { BrokerRecord, Position } from '../broker/port.ts'
import { milliseconds } from '../definition/duration.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'
import { dueAt } from './envelope.ts'
import { handleRecords } from './handleRecords.ts'
import { fieldsOfFirst, type LaneContext, laneContext } from './laneContext.ts'
import { heldAgainMs } from './heldOutgoing.ts'
import { LaneQueues, type QueueOwner } from './laneQueues.ts'
import { deleteSent, savePositions, sendPendingOutbox } from './outbox.ts'
import { pause } from '../pause.ts'
import { sendHeld, tellRest } from './settle.ts'
import { positionsAfter } from './positions.ts'
import type { GroupPosition } from '../store/port.ts'
import { begin, pauseAfter, Stopped } from './retryUntilStopped.ts'
import { longestTimerMs } from './runningHandlers.ts'
import { type LaneStatus, waitForEarlierBatch, waitForRecords } from './status.ts'

/** What a lane asks of the consumer it belongs to. */
export interface LaneOwner extends QueueOwner {
  commit(positions: readonly Position[]): void
  /** Whether records of the topic wait until the due time in their headers. */
  isDelayed(topic: string): boolean
  /** As of the assignment by which records come at present. */
  topicIds(): ReadonlyMap<string, string>
  /** With what the store needs to know; without those of topics whose id is not known. */
  ofGroup(positions: readonly Position[]): readonly GroupPosition[]
}

/** How many records are handled together at most. */
const batchSize = 250
/** A lane without records for this long tells what it had kept, and deletes its sent outbox rows; a busy lane does it with its next save. */
const idleMs = 500

/**
 * All partitions with one number, whatever their topic. Batches are handled one after the other, so messages of one key are
 * never handled side by side, even when they come from different topics. A record that is not due yet delays only the
 * records of its own topic.
 */
export class Lane {
  readonly #owner: LaneOwner
  readonly #context: LaneContext
  readonly #queues: LaneQueues
  readonly #longestDelayMs: number
  /** When records came that claim to have been appended later: a producer can give its records any time. */
  readonly #fromTheFuture = new WeakMap<BrokerRecord, number>()
  #wake: () => void = () => {}
  #isEnding = false
  readonly ended: Promise<void>

  /** @param earlier lanes with this name in this process that have not ended: this one begins after them */
  constructor(runtime: EndpointRuntime, owner: LaneOwner, name: string, earlier: readonly Lane[]) {
    this.#owner = owner
    this.#queues = new LaneQueues(owner, (record) => this.#dueAt(record))
    this.#longestDelayMs = Math.max(0, ...runtime.endpoint.recoverability.delayed.map(milliseconds))
    this.#context = laneContext(runtime, name, () => this.#isEnding)
    if (earlier.length > 0) begin(this.#context.progress, waitForEarlierBatch)
    this.ended = Promise.all(earlier.map(({ ended }) => ended)).then(() => this.#run())
  }

  /** `<group>/<partition>` */
  get name(): string {
    return this.#context.name
  }

  /** Records of one partition, in offset order. */
  offer(records: readonly BrokerRecord[]): void {
    const now = Date.now()
    for (const record of records) if (record.timestamp > now) this.#fromTheFuture.set(record, now)
    this.#queues.add(records)
    this.#wake()
  }

  /** Drops the waiting records: after a new assignment they are fetched again. */
  clear(): void {
    this.#queues.clear()
  }

  /** Begins no further message. Running handlers may finish; the rest of the batch is given back. */
  end(): void {
    this.#isEnding = true
    this.#wake()
  }

  status(): LaneStatus {
    const { progress, records } = this.#context
    return {
      lane: this.name,
      doing: progress.doing,
      since: new Date(progress.since).toISOString(),
      movedAt: new Date(progress.movedAt).toISOString(),
      ...(progress.failures > 0 && { failures: progress.failures, error: progress.error }),
      ...fieldsOfFirst(records),
      waiting: { records: this.#queues.length, bytes: this.#queues.bytes, ...this.#nextDue() },
    }
  }

  #nextDue(): { readonly dueAt?: string } {
    const due = this.#queues.nextDue() ?? 0
    return due > 0 ? { dueAt: new Date(due).toISOString() } : {}
  }

  /** Store and broker are waited for where they are used. An error that comes as far as here is unexpected: the lane starts again. */
  async #run(): Promise<void> {
    for (let failures = 1; ; failures++) {
      try {
        await sendPendingOutbox(this.#context)
        while (!this.#isEnding) await this.#step()
        await tellRest(this.#context)
        await savePositions(this.#context)
        return await deleteSent(this.#context)
      } catch (error) {
        const { log, signal } = this.#context.runtime
        if (error instanceof Stopped || signal.aborted) return
        log.error(
          { err: error, lane: this.#context.name, ...fieldsOfFirst(this.#context.records) },
          'a lane failed; it begins again',
        )
        await pause(pauseAfter(failures), signal)
      }
    }
  }

  async #step(): Promise<void> {
    const now = Date.now()
    const batch = this.#queues.take(now, this.#context.runtime.guard.isOn ? 1 : batchSize)
    if (batch.length === 0) return this.#waitForWork(now)
    this.#context.runtime.report.taken(batch.length)
    const topicIds = this.#owner.topicIds()
    const givenBack = await handleRecords(this.#context, batch)
    // Of a topic that was made again meanwhile they would say something about other records.
    const reached = positionsAfter(batch, givenBack).filter(
      ({ topic }) => this.#owner.topicIds().get(topic) === topicIds.get(topic),
    )
    this.#owner.commit(reached)
    this.#context.positions.reached(this.#owner.ofGroup(reached), now)
    await this.#savePositionsIfDue({ isIdle: false })
  }

  async #savePositionsIfDue({ isIdle }: { readonly isIdle: boolean }): Promise<void> {
    if (Date.now() >= (this.#context.positions.aloneAt(isIdle) ?? Infinity)) await savePositions(this.#context)
  }

  async #waitForWork(now: number): Promise<void> {
    const { sent, untold, held, progress, positions } = this.#context
    this.#context.records = []
    begin(progress, waitForRecords)
    const due = this.#queues.nextDue()
    const untilDueMs = due === undefined ? Infinity : Math.min(due - now, longestTimerMs)
    const untilIdleMs = sent.size > 0 || untold.length > 0 ? idleMs : Infinity
    const untilPositionsMs = (positions.aloneAt(true) ?? Infinity) - now
    const untilHeldMs = held.areThere ? heldAgainMs : Infinity
    const isWoken = await this.#isWokenWithin(Math.min(untilDueMs, untilIdleMs, untilPositionsMs, untilHeldMs))
    if (isWoken || this.#queues.nextDue() !== due) return
    await tellRest(this.#context)
    if (held.areThere) await this.#context.retry('send what waits for a topic', () => sendHeld(this.#context))
    await deleteSent(this.#context)
    await this.#savePositionsIfDue({ isIdle: true })
  }

  #isWokenWithin(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(() => resolve(false), Math.max(1, ms)) : undefined
      this.#wake = () => {
        clearTimeout(timer)
        resolve(true)
      }
      if (this.#isEnding) this.#wake()
    })
  }

  /** A foreign record can have any due time, and it delays all records behind it: so it waits no longer than the longest retry. */
  #dueAt(record: BrokerRecord): number {
    if (!this.#owner.isDelayed(record.topic)) return 0
    const appendedAt = this.#fromTheFuture.get(record) ?? record.timestamp
    return Math.min(dueAt(record.headers), appendedAt + this.#longestDelayMs)
  }
}
