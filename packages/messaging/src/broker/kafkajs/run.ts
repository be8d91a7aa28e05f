import type { Consumer } from 'kafkajs'
import { openClient } from './client.ts'
import { lanes } from './lanes.ts'
import type { Membership } from './membership.ts'
import type { KafkajsSettings } from './settings.ts'
import { withTimeout } from './withTimeout.ts'

/** Milliseconds. */
const TIMES = {
  /** A member not heard of for so long is given up. */
  session: 30_000,
  /** How long a rebalance waits for members to come back. Ours never block their loop, so it is short: it is what a new member waits for one that was killed. */
  rebalance: 10_000,
  heartbeat: 1_000,
  connect: 3_000,
  request: 10_000,
  /** A fetch loop without a fetch for so long has died in silence (https://github.com/tulios/kafkajs/issues/659). */
  stall: 90_000,
  /** For leaving the group in good order. */
  leave: 5_000,
}

/** Bytes. A fetch is decoded in one go, so this is also how long the process is busy with nothing else. */
const SIZES = { fetch: 1024 * 1024, partition: 256 * 1024 }

export interface ConsumerRun {
  /** Resolves with the reason, which may be any error; never rejects. */
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
export function runConsumer(settings: KafkajsSettings, { group, topics, membership, onJoined }: RunOptions): ConsumerRun {
  const client = openClient(settings, { connectionTimeout: TIMES.connect, requestTimeout: TIMES.request })
  const consumer = client.kafka.consumer({
    groupId: group,
    partitionAssigners: [lanes((cluster) => membership.adopt(cluster))],
    allowAutoTopicCreation: false,
    sessionTimeout: TIMES.session,
    rebalanceTimeout: TIMES.rebalance,
    heartbeatInterval: TIMES.heartbeat,
    minBytes: 1,
    maxBytes: SIZES.fetch,
    maxBytesPerPartition: SIZES.partition,
    // Not for kafkajs to decide: a fresh consumer with fresh metadata and connections gets over more than its restart does.
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
  })
  const { promise: ended, resolve: end } = Promise.withResolvers<unknown>()
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    membership.joined(payload.memberAssignment)
    onJoined()
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => end(payload.error))

  const started = start(consumer, topics, membership).catch(end)
  const watch = setInterval(() => {
    if (Date.now() - membership.lastFetch() > TIMES.stall) end(new Error(`nothing was fetched for ${TIMES.stall} ms`))
  }, TIMES.heartbeat)
  const cleanUp = async () => {
    await ended
    clearInterval(watch)
    client.cut()
  }
  void cleanUp()
  return {
    ended,
    stop: async () => {
      // A member that vanishes in the middle of joining would be waited for by the others.
      await withTimeout(
        TIMES.leave,
        started.then(() => consumer.stop()),
      ).catch(() => undefined)
      end(undefined)
    },
  }
}

async function start(consumer: Consumer, topics: readonly string[], membership: Membership): Promise<void> {
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    eachBatch: async (payload) => membership.deliver(payload),
  })
}
