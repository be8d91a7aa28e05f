import { createRequire } from 'node:module'
import type { Batch, Cluster, Offsets, TopicPartitions } from 'kafkajs'
import {
  type DecodeMessages,
  type FetchedMessages,
  type FetchedPartition,
  withNextOffset,
  withoutAborted,
} from './fetchedRecords.ts'
import { decodeRecord } from './recordDecoding.ts'
import { encodeRecord } from './recordEncoding.ts'

/** What kafkajs does not offer to its users and this adapter needs; its last release is of February 2023, so the names stay. */
export interface ConsumerGroup {
  readonly cluster: Cluster
  memberId: string | null
  readonly generationId: number | null
  /** Milliseconds a fetch, or the wait when there is nothing to fetch, may take. */
  maxWaitTime: number
  connect: (this: ConsumerGroup) => Promise<void>
  fetch: (this: ConsumerGroup, nodeId: number) => Promise<FetchedBatch[]>
  leave: (this: ConsumerGroup) => Promise<void>
  pause(partitions: TopicPartitions[]): void
  resume(partitions: TopicPartitions[]): void
  commitOffsets(offsets: Offsets): Promise<void>
  resolveOffset(position: { topic: string; partition: number; offset: string }): void
}

/** What one fetch brought of one partition. */
export interface FetchedBatch extends Batch {
  readonly fetchedOffset: string
  /** With what `messages` leaves out. */
  readonly rawMessages: FetchedMessages
}

export interface ConsumerHooks {
  /** Before the group is joined. */
  connecting(group: ConsumerGroup): void
  /** Before the group is left. kafkajs does so first when a consumer has crashed, and reports the crash later. */
  leaving(): void
  /** Around each fetch. */
  fetching(group: ConsumerGroup, fetch: () => Promise<FetchedBatch[]>): Promise<FetchedBatch[]>
}

interface RequestQueue {
  readonly pending: readonly unknown[]
  scheduleCheckPendingRequests: (this: RequestQueue) => void
}

interface KafkaNode {
  fetch: (
    this: KafkaNode,
    request: object,
  ) => Promise<{ readonly responses: readonly { readonly partitions: FetchedPartition[] }[] }>
}

const load = createRequire(import.meta.url)
const hooks = new WeakMap<Cluster, ConsumerHooks>()
let patched = false

/** `cluster` is the consumer's own: kafkajs hands it to the consumer's partition assigner. */
export const hookConsumer = (cluster: Cluster, hook: ConsumerHooks): void => void hooks.set(cluster, hook)

/** Idempotent. Touches prototypes of kafkajs 2.2.4; consumers without hooks behave as before. */
export function patchKafkajs(): void {
  if (patched) return
  patched = true
  restIdleQueues(prototypeOf('kafkajs/src/network/requestQueue/index.js') as RequestQueue)
  hideAborted(prototypeOf('kafkajs/src/broker/index.js') as KafkaNode)
  callHooks(prototypeOf('kafkajs/src/consumer/consumerGroup.js') as ConsumerGroup)
  replace('kafkajs/src/protocol/recordBatch/record/v0/index.js', () => encodeRecord)
  replace('kafkajs/src/protocol/recordBatch/record/v0/decoder.js', () => decodeRecord)
  replace('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js', (original) => withNextOffset(original as DecodeMessages))
}

const prototypeOf = (path: string): unknown => (load(path) as { readonly prototype: unknown }).prototype

/**
 * kafkajs re-arms a timer with a negative delay for ever, which is a wake-up each millisecond and 4 % of a core per
 * connection (https://github.com/tulios/kafkajs/issues/1751). Needed is one only while requests wait: for the end of the
 * broker's throttling, or for room among those in flight. Can go when a release has it.
 */
function restIdleQueues(prototype: RequestQueue): void {
  const schedule = prototype.scheduleCheckPendingRequests
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this)
  }
}

/** kafkajs's own filter, in its consumer, shows some records of aborted transactions: see `withoutAborted`. Can go with kafkajs. */
function hideAborted(prototype: KafkaNode): void {
  const { fetch } = prototype
  prototype.fetch = async function (this: KafkaNode, request: object) {
    const answer = await fetch.call(this, request)
    for (const partition of answer.responses.flatMap(({ partitions }) => partitions)) {
      partition.messages = withoutAborted(partition)
      partition.abortedTransactions = []
    }
    return answer
  }
}

/**
 * kafkajs allocates 512 bytes for each header and counts offsets in objects around bigints: that was half of what a small
 * message cost the process. It also hides where a fetch ended. Modules that are loaded later get ours: those of produce and
 * fetch are loaded when first used, and `decodeMessages` loads the decoder. Can go with kafkajs.
 */
function replace(path: string, by: (original: unknown) => unknown): void {
  const original: unknown = load(path)
  const module = load.cache[load.resolve(path)]
  if (module !== undefined) module.exports = by(original)
}

function callHooks(prototype: ConsumerGroup): void {
  const { connect, fetch, leave } = prototype
  prototype.connect = function (this: ConsumerGroup) {
    hooks.get(this.cluster)?.connecting(this)
    return connect.call(this)
  }
  prototype.leave = function (this: ConsumerGroup) {
    hooks.get(this.cluster)?.leaving()
    return leave.call(this)
  }
  prototype.fetch = function (this: ConsumerGroup, nodeId: number) {
    const unhooked = () => fetch.call(this, nodeId)
    return hooks.get(this.cluster)?.fetching(this, unhooked) ?? unhooked()
  }
}
