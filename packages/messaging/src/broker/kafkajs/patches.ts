import { createRequire } from 'node:module'
import type { Batch, Cluster, Offsets, TopicPartitions } from 'kafkajs'
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
  fetch: (this: ConsumerGroup, nodeId: number) => Promise<Batch[]>
  pause(partitions: TopicPartitions[]): void
  resume(partitions: TopicPartitions[]): void
  commitOffsets(offsets: Offsets): Promise<void>
}

export interface ConsumerHooks {
  /** Before the group is joined. */
  connecting(group: ConsumerGroup): void
  /** Around each fetch. */
  fetching(group: ConsumerGroup, fetch: () => Promise<Batch[]>): Promise<Batch[]>
}

interface RequestQueue {
  readonly pending: readonly unknown[]
  scheduleCheckPendingRequests: (this: RequestQueue) => void
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
  restIdleQueues((load('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue }).prototype)
  replace('kafkajs/src/protocol/recordBatch/record/v0/index.js', encodeRecord)
  replace('kafkajs/src/protocol/recordBatch/record/v0/decoder.js', decodeRecord)
  callHooks((load('kafkajs/src/consumer/consumerGroup.js') as { prototype: ConsumerGroup }).prototype)
}

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

/**
 * kafkajs allocates 512 bytes for each header and counts offsets in objects around bigints: of a small message's way
 * through the process that was half. What requires the module later gets ours; produce and fetch do so when first used.
 * Can go with kafkajs.
 */
function replace(path: string, by: unknown): void {
  load(path)
  const module = load.cache[load.resolve(path)]
  if (module !== undefined) module.exports = by
}

function callHooks(prototype: ConsumerGroup): void {
  const { connect, fetch } = prototype
  prototype.connect = function (this: ConsumerGroup) {
    hooks.get(this.cluster)?.connecting(this)
    return connect.call(this)
  }
  prototype.fetch = function (this: ConsumerGroup, nodeId: number) {
    const unhooked = () => fetch.call(this, nodeId)
    return hooks.get(this.cluster)?.fetching(this, unhooked) ?? unhooked()
  }
}
