import type { BrokerRecord, KnownPosition, Position, Subscription, TopicPartition } from '../broker/port.ts'
import type { GroupPosition, SavedPosition } from '../store/port.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'
import { Lane, type LaneOwner } from './lane.ts'
import { retryUntilStopped } from './retryUntilStopped.ts'
import type { GroupStatus } from './status.ts'
import { type Quota, quotaFor } from './waterMarks.ts'

/** A failed commit is repeated with the next one. If no next one comes, this repeats it: otherwise the group would show lag. */
const commitAgainMs = 5_000

/** How long lanes may take to end after the engine has stopped waiting for store and broker. */
const graceAfterGiveUpMs = 500

export interface ConsumerOptions {
  readonly group: string
  readonly topics: readonly string[]
  /** Topics whose records wait until the due time in their headers. */
  readonly delayedTopics: ReadonlySet<string>
  /** Of delays that the endpoint no longer has: they are read while they are there, and nobody misses them. */
  readonly formerTopics: ReadonlySet<string>
}

/** One member of a consumer group. Partitions with the same number share a lane. */
export class Consumer {
  readonly #runtime: EndpointRuntime
  readonly #options: ConsumerOptions
  readonly #lanes = new Map<number, Lane>()
  /** Lanes that another member has now, until their last batch in this process has ended. */
  readonly #leaving = new Set<Lane>()
  #quota: Quota
  #subscription: Subscription | undefined
  #topicIds: ReadonlyMap<string, string> = new Map()
  #missing: readonly string[] = []
  #stopping = false
  #commitTimer: NodeJS.Timeout | undefined
  /** What lanes have asked for before `subscribe` has returned. */
  readonly #deferred: ((subscription: Subscription) => void)[] = []

  private constructor(runtime: EndpointRuntime, options: ConsumerOptions) {
    this.#runtime = runtime
    this.#options = options
    this.#quota = quotaFor(1, options.topics.length)
  }

  /** Joins the group; resolves when partitions are assigned. */
  static async start(runtime: EndpointRuntime, options: ConsumerOptions): Promise<Consumer> {
    const consumer = new Consumer(runtime, options)
    const { group, topics } = options
    const listener = {
      onAssigned: (partitions: readonly TopicPartition[]) => consumer.#assign(partitions),
      onRecords: (records: readonly BrokerRecord[]) => consumer.#offer(records),
      onMissing: (missing: readonly string[]) => consumer.#miss(missing),
    }
    const goOnFrom = (topicIds: ReadonlyMap<string, string>) => consumer.#goOnFrom(topicIds)
    const subscription = await runtime.broker.subscribe({ group, topics, listener, goOnFrom })
    consumer.#subscription = subscription
    for (const action of consumer.#deferred.splice(0)) action(subscription)
    consumer.#commitTimer = setInterval(() => void subscription.commit([]), commitAgainMs).unref()
    return consumer
  }

  isJoined(): boolean {
    return !this.#stopping && (this.#subscription?.isJoined() ?? false)
  }

  status(): GroupStatus {
    return {
      group: this.#options.group,
      joined: this.isJoined(),
      ...(this.#missing.length > 0 && { missingTopics: this.#missing }),
      lanes: [...this.#lanes.values(), ...this.#leaving].map((lane) => lane.status()),
    }
  }

  /** Begins nothing more; running handlers may finish. Commits and leaves the group. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearInterval(this.#commitTimer)
    const lanes = [...this.#lanes.values()]
    for (const lane of lanes) lane.end()
    await this.#untilGivenUp(Promise.all([...lanes, ...this.#leaving].map((lane) => lane.ended)))
    await this.#subscription?.stop()
  }

  /** The member must leave its group even when a lane waits for an answer that never comes. */
  async #untilGivenUp(lanes: Promise<unknown>): Promise<void> {
    const { signal } = this.#runtime
    const { promise: givenUp, resolve } = Promise.withResolvers<void>()
    const giveUp = () => setTimeout(resolve, graceAfterGiveUpMs).unref()
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp, { once: true })
    await Promise.race([lanes, givenUp])
    signal.removeEventListener('abort', giveUp)
  }

  #assign(partitions: readonly TopicPartition[]): void {
    if (this.#stopping) return
    const numbers = new Set(partitions.map(({ partition }) => partition))
    this.#quota = quotaFor(numbers.size, this.#options.topics.length)
    for (const [number, lane] of this.#lanes) {
      lane.clear()
      if (numbers.has(number)) continue
      lane.end()
      this.#lanes.delete(number)
      this.#leaving.add(lane)
      void lane.ended.then(() => this.#leaving.delete(lane))
    }
    for (const number of numbers) if (!this.#lanes.has(number)) this.#lanes.set(number, this.#open(number))
  }

  #open(number: number): Lane {
    const { group, delayedTopics } = this.#options
    const owner: LaneOwner = {
      pause: (partition) => this.#withSubscription((subscription) => subscription.pause(partition)),
      resume: (partition) => this.#withSubscription((subscription) => subscription.resume(partition)),
      commit: (positions) => this.#withSubscription((subscription) => void subscription.commit(positions)),
      quota: () => this.#quota,
      isDelayed: (topic) => delayedTopics.has(topic),
      topicIds: () => this.#topicIds,
      ofGroup: (positions) => this.#ofGroup(positions),
    }
    const name = `${group}/${number}`
    const earlier = [...this.#leaving].filter((lane) => lane.name === name)
    return new Lane(this.#runtime, owner, name, earlier)
  }

  #miss(absent: readonly string[]): void {
    const { log } = this.#runtime
    const { group, formerTopics } = this.#options
    const missing = absent.filter((topic) => !formerTopics.has(topic))
    for (const topic of missing.filter((each) => !this.#missing.includes(each)))
      log.error(
        { event: 'topicMissing', group, topic },
        `topic ${topic} is not there: somebody has deleted it. The other topics go on. \`petrel deploy\` makes it again`,
      )
    for (const topic of this.#missing.filter((each) => !missing.includes(each)))
      log.warn({ event: 'topicBack', group, topic }, `topic ${topic} is there again`)
    this.#missing = missing
  }

  /** What the store knows, and of which topics it is not the same any more. */
  async #goOnFrom(topicIds: ReadonlyMap<string, string>): Promise<readonly KnownPosition[]> {
    const { store, signal, log } = this.#runtime
    const saved = await retryUntilStopped('read the positions', { signal, log }, () => store.positions(this.#options.group))
    this.#topicIds = topicIds
    const isSame = ({ topic, topicId }: SavedPosition) => topicIds.get(topic) === topicId
    const madeAgain = new Set(saved.filter((each) => topicIds.has(each.topic) && !isSame(each)).map(({ topic }) => topic))
    for (const topic of madeAgain)
      log.warn(
        { group: this.#options.group, topic },
        'the topic was made again: where the endpoint was in the former one counts no more',
      )
    return saved
      .filter(({ topic }) => topicIds.has(topic))
      .map((each) => {
        const { topic, partition, offset, savedAt: at } = each
        return { topic, partition, offset, at, isOfFormerTopic: !isSame(each) }
      })
  }

  #ofGroup(positions: readonly Position[]): GroupPosition[] {
    return positions.flatMap((position) => {
      const topicId = this.#topicIds.get(position.topic)
      return topicId === undefined ? [] : [{ ...position, topicId, group: this.#options.group }]
    })
  }

  #offer(records: readonly BrokerRecord[]): void {
    const [first] = records
    if (first !== undefined) this.#lanes.get(first.partition)?.offer(records)
  }

  /** The first records may come before `subscribe` has returned. */
  #withSubscription(action: (subscription: Subscription) => void): void {
    if (this.#subscription === undefined) this.#deferred.push(action)
    else action(this.#subscription)
  }
}
