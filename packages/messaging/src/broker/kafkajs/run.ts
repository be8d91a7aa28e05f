import type { Consumer } from 'kafkajs'
import { assigner } from './assigner.ts'
import { openClient } from './client.ts'
import type { Membership } from './membership.ts'
import type { ClientSettings } from './settings.ts'
import { timeouts } from './timeouts.ts'
import { withTimeout } from './withTimeout.ts'

/** Bytes. A fetch is decoded in one go, and the process does nothing else meanwhile. */
const SIZES = { fetch: 1024 * 1024, partition: 256 * 1024 }

export interface ConsumerRun {
  /** Resolves with the reason, which may be any error. Never rejects. */
  readonly ended: Promise<unknown>
  /** Leaves the group. */
  stop(): Promise<void>
}

export interface RunOptions {
  readonly group: string
  readonly topics: readonly string[]
  readonly membership: Membership
  readonly onJoined: () => void
}

/** One kafkajs consumer, from joining the group until it is stopped or crashes. */
export function runConsumer(settings: ClientSettings, { group, topics, membership, onJoined }: RunOptions): ConsumerRun {
  const client = openClient(settings, timeouts.client)
  const consumer = client.kafka.consumer({
    groupId: group,
    partitionAssigners: [assigner(settings.log, (cluster) => membership.adopt(cluster), membership.lanes)],
    allowAutoTopicCreation: false,
    sessionTimeout: timeouts.session,
    rebalanceTimeout: timeouts.rebalance,
    minBytes: 1,
    maxBytes: SIZES.fetch,
    maxBytesPerPartition: SIZES.partition,
    // kafkajs's own restart keeps connections and metadata. A new consumer gets over more.
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
  })
  const { promise: ended, resolve: end } = Promise.withResolvers<unknown>()
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    membership.joined(payload.memberAssignment)
    onJoined()
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => end(payload.error))

  const started = start(consumer, topics).catch(end)
  const startedAt = Date.now()
  const watch = setInterval(() => {
    if (Date.now() - Math.max(startedAt, membership.lastFetch()) > timeouts.stall)
      end(new Error(`nothing was fetched for ${timeouts.stall} ms`))
  }, timeouts.stall / 10)
  const cleanUp = async () => {
    await ended
    clearInterval(watch)
    client.cut()
  }
  void cleanUp()
  return {
    ended,
    stop: async () => {
      // The others would wait for a member that vanishes while it joins.
      await withTimeout(
        timeouts.leave,
        started.then(() => consumer.stop()),
      ).catch(() => undefined)
      end(undefined)
    },
  }
}

async function start(consumer: Consumer, topics: readonly string[]): Promise<void> {
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    // Never called: `membership` takes what was fetched.
    eachBatch: async () => {},
  })
}
