import type { BrokerRecord, Subscription, TopicPartition } from '../broker/port.ts'
import { Lane, type LaneOwner } from './lane.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'

/** Records that all lanes together keep in memory, give or take a fetch: a service has a small heap and may hear many topics. */
const crowd = 5_000
/** And how few there must be again before more is asked for. */
const quiet = 2_500

/** A commit that failed goes with the next one: where nothing follows, it would look like lag. */
const nudgeMs = 5_000

/** One consumer group member, its partitions sorted into lanes. */
export class Consumer {
  readonly #runtime: EndpointRuntime
  readonly #group: string
  readonly #lanes = new Map<number, Lane>()
  /** Lanes that went to another member and may still have a batch in hand. */
  readonly #leaving = new Map<number, Promise<void>>()
  #subscription: Subscription | undefined
  #waiting = 0
  #crowded = false
  #stopping = false
  #nudge: NodeJS.Timeout | undefined
  readonly #early: ((subscription: Subscription) => void)[] = []

  private constructor(runtime: EndpointRuntime, group: string) {
    this.#runtime = runtime
    this.#group = group
  }

  /** Joins the group; resolves when partitions are assigned. */
  static async start(runtime: EndpointRuntime, group: string, topics: readonly string[]): Promise<Consumer> {
    const consumer = new Consumer(runtime, group)
    const listener = {
      onAssigned: (partitions: readonly TopicPartition[]) => consumer.#assign(partitions),
      onRecords: (records: readonly BrokerRecord[]) => consumer.#offer(records),
    }
    const subscription = await runtime.broker.subscribe({ group, topics, listener })
    consumer.#subscription = subscription
    for (const action of consumer.#early.splice(0)) action(subscription)
    consumer.#nudge = setInterval(() => void subscription.commit([]), nudgeMs).unref()
    return consumer
  }

  /** Finishes the batches in hand, commits and leaves the group. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearInterval(this.#nudge)
    const lanes = [...this.#lanes.values()]
    for (const lane of lanes) lane.end()
    await Promise.all([...lanes.map((lane) => lane.ended), ...this.#leaving.values()])
    await this.#subscription?.commit([])
    await this.#subscription?.stop()
  }

  #assign(partitions: readonly TopicPartition[]): void {
    if (this.#stopping) return
    const numbers = new Set(partitions.map(({ partition }) => partition))
    for (const [number, lane] of this.#lanes) {
      lane.clear()
      if (numbers.has(number)) continue
      lane.end()
      this.#lanes.delete(number)
      this.#leaving.set(number, lane.ended)
    }
    for (const number of numbers) if (!this.#lanes.has(number)) this.#lanes.set(number, this.#open(number))
  }

  #open(number: number): Lane {
    const owner: LaneOwner = {
      pause: (partition) => this.#tell((subscription) => subscription.pause(partition)),
      resume: (partition) => this.#tell((subscription) => subscription.resume(partition)),
      waiting: (change) => this.#countWaiting(change),
      crowded: () => this.#crowded,
      commit: (positions) => this.#tell((subscription) => void subscription.commit(positions)),
    }
    return new Lane(this.#runtime, owner, `${this.#group}/${number}`, this.#leaving.get(number) ?? Promise.resolve())
  }

  #countWaiting(change: number): void {
    this.#waiting += change
    if (this.#waiting >= crowd) this.#crowded = true
    if (!this.#crowded || this.#waiting >= quiet) return
    this.#crowded = false
    for (const lane of this.#lanes.values()) lane.askForMore()
  }

  #offer(records: readonly BrokerRecord[]): void {
    const [first] = records
    if (first !== undefined) this.#lanes.get(first.partition)?.offer(records)
  }

  /** Records may come before `subscribe` has returned. */
  #tell(action: (subscription: Subscription) => void): void {
    if (this.#subscription === undefined) this.#early.push(action)
    else action(this.#subscription)
  }
}
