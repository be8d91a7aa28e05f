import type { Batch, Broker, Cluster, Offsets, TopicPartitions } from 'kafkajs'
import type { ConnectionPool } from './connectionPool.ts'
import type { Position, TopicPartition } from '../port.ts'
import type { FetchedMessages } from './fetchedRecords.ts'

/** What kafkajs does not offer to its users and this adapter needs; its last release is of February 2023, so the names stay. */
export interface ConsumerGroup {
  readonly cluster: Cluster & { readonly brokerPool: { readonly brokers: Readonly<Record<string, KafkaNode>> } }
  readonly groupId: string
  readonly coordinator: KafkaNode | null
  memberId: string | null
  readonly generationId: number | null
  /** Milliseconds a fetch, or the wait when there is nothing to fetch, may take. */
  maxWaitTime: number
  connect: (this: ConsumerGroup) => Promise<void>
  fetch: (this: ConsumerGroup, nodeId: number) => Promise<FetchedBatch[]>
  heartbeat: (this: ConsumerGroup, options: object) => Promise<void>
  leave: (this: ConsumerGroup) => Promise<void>
  pause(partitions: TopicPartitions[]): void
  resume(partitions: TopicPartitions[]): void
  commitOffsets(offsets: Offsets): Promise<void>
  resolveOffset(position: { topic: string; partition: number; offset: string }): void
  readonly offsetManager: { nextOffset(topic: string, partition: number): { toString(): string } }
  recoverFromOffsetOutOfRange: (this: ConsumerGroup, error: TopicPartition) => Promise<void>
  recoverFromFetch: (this: ConsumerGroup, error: unknown) => Promise<void>
  checkForStaleAssignment: (this: ConsumerGroup) => void
  /** As of the last assignment. */
  readonly partitionsPerSubscribedTopic: ReadonlyMap<string, readonly number[]> | null
}

export interface KafkaNode extends Broker {
  readonly connectionPool: ConnectionPool
  heartbeat(member: { groupId: string; memberId: string; groupGenerationId: number }): Promise<unknown>
}

/** What one fetch brought of one partition. */
export interface FetchedBatch extends Batch {
  readonly fetchedOffset: string
  /** With what `messages` leaves out. */
  readonly rawMessages: FetchedMessages
}

export interface ConsumerHooks {
  /** Before the group is joined for the first time. @param join asks the coordinator, and takes over what it answers */
  connecting(group: ConsumerGroup, join: () => Promise<void>): void
  /** In place of `join`, each time that the consumer is to join. */
  joining(): Promise<void>
  /** In place of a heartbeat, after each fetch. */
  heartbeat(): void
  /** Before the group is left. kafkajs does so first when a consumer has crashed, and reports the crash later. */
  leaving(): void
  /** The broker has nothing at the offset that was asked for. kafkajs would go on where its records begin, and say nothing of it. */
  outOfRange(group: ConsumerGroup, asked: Position): Promise<void>
  /** A fetch has failed. @param recover what kafkajs does then: it may look topics up, and join again */
  recovering(group: ConsumerGroup, error: unknown, recover: () => Promise<void>): Promise<void>
  /** Around each fetch. It takes what was fetched: kafkajs, which would have it for `eachBatch`, is told that there was nothing. */
  fetching(group: ConsumerGroup, fetch: () => Promise<FetchedBatch[]>): Promise<void>
}

const hooks = new WeakMap<Cluster, ConsumerHooks>()

/** `cluster` is the consumer's own: kafkajs hands it to the consumer's partition assigner. */
export const hookConsumer = (cluster: Cluster, hook: ConsumerHooks): void => void hooks.set(cluster, hook)

/** Touches the prototype of kafkajs's consumer group. */
export function callHooks(prototype: ConsumerGroup): void {
  const { connect, fetch, heartbeat, leave, recoverFromOffsetOutOfRange, recoverFromFetch, checkForStaleAssignment } = prototype
  const joins = prototype as unknown as Record<symbol, (this: ConsumerGroup) => Promise<void>>
  const { join, name } = joinMethod(joins)
  joins[name] = function (this: ConsumerGroup) {
    return hooks.get(this.cluster)?.joining() ?? join.call(this)
  }
  prototype.connect = function (this: ConsumerGroup) {
    hooks.get(this.cluster)?.connecting(this, () => join.call(this))
    return connect.call(this)
  }
  prototype.leave = function (this: ConsumerGroup) {
    hooks.get(this.cluster)?.leaving()
    return leave.call(this)
  }
  prototype.recoverFromOffsetOutOfRange = function (this: ConsumerGroup, error: TopicPartition) {
    const { topic, partition } = error
    const offset = BigInt(this.offsetManager.nextOffset(topic, partition).toString())
    return (
      hooks.get(this.cluster)?.outOfRange(this, { topic, partition, offset }) ?? recoverFromOffsetOutOfRange.call(this, error)
    )
  }
  prototype.recoverFromFetch = function (this: ConsumerGroup, error: unknown) {
    const recover = () => recoverFromFetch.call(this, error)
    return hooks.get(this.cluster)?.recovering(this, error, recover) ?? recover()
  }
  // Whoever hooks a consumer looks himself what has become of its topics.
  prototype.checkForStaleAssignment = function (this: ConsumerGroup) {
    if (!hooks.has(this.cluster)) checkForStaleAssignment.call(this)
  }
  prototype.heartbeat = async function (this: ConsumerGroup, options: object) {
    const hook = hooks.get(this.cluster)
    return hook === undefined ? heartbeat.call(this, options) : hook.heartbeat()
  }
  prototype.fetch = async function (this: ConsumerGroup, nodeId: number) {
    const unhooked = () => fetch.call(this, nodeId)
    const hook = hooks.get(this.cluster)
    if (hook === undefined) return unhooked()
    await hook.fetching(this, unhooked)
    return []
  }
}

/** Its name is a symbol, which is not exported. */
function joinMethod(prototype: Readonly<Record<symbol, (this: ConsumerGroup) => Promise<void>>>) {
  const name = Object.getOwnPropertySymbols(prototype).find(({ description }) => description === 'private:ConsumerGroup:join')
  const join = name === undefined ? undefined : prototype[name]
  if (name === undefined || join === undefined) throw new Error('This is not kafkajs 2.2.4: its consumer group has no join.')
  return { name, join }
}
