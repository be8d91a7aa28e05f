import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster } from 'kafkajs'
import type { Log } from '../../log.ts'
import { commits, partitionKey } from '../commits.ts'
import type { SubscribeOptions, Subscription, TopicPartition } from '../port.ts'
import { withoutAbsent } from './absentTopics.ts'
import { dropFetches } from './connectionPool.ts'
import { hookConsumer, type ConsumerGroup, type FetchedBatch } from './consumerHooks.ts'
import { brokerErrorCode, isGone, isRefused } from './errors.ts'
import { passOverLeaderless } from './leaderless.ts'
import { presence } from './presence.ts'
import { withFetchSessions } from './fetches.ts'
import { incoming } from './records.ts'
import { startOfAssignment } from './startOfAssignment.ts'
import { timeouts } from './timeouts.ts'
import { kafkajsOffsets, kafkajsPartition, topicPartitions } from './topicPartitions.ts'
import { topicWatch } from './topicWatch.ts'
import { waitingFetches } from './waitingFetches.ts'

/**
 * What a subscription knows of its place in the group. It outlives kafkajs's consumers, which end with each crash. The next
 * one keeps the member id: otherwise the group would wait for the former member.
 */
export interface Membership extends Omit<Subscription, 'stop'> {
  /** Numbers of the partitions that it had last. */
  lanes(this: void): ReadonlySet<number>
  /** Follows a new consumer, known by its cluster. */
  adopt(cluster: Cluster): void
  /** The group was joined: everything delivered so far belongs to an earlier assignment. */
  joined(assignment: Readonly<Record<string, number[]>>): void
  /** The consumer has crashed or left the group. */
  left(): void
  /** When a fetch last began, in milliseconds since the epoch. */
  lastFetch(): number
  /** Lets running fetches return at once, and delivers nothing more. */
  end(): void
  /** Commits what waits for others. Resolves when no commit is in flight. */
  flush(): Promise<void>
}

interface MembershipOptions extends Omit<SubscribeOptions, 'goOnFrom'> {
  readonly log: Log
  readonly goOnFrom: SubscribeOptions['goOnFrom']
}

export function membership({ group, topics, listener, log, goOnFrom }: MembershipOptions): Membership {
  let member: ConsumerGroup | undefined
  let generation: number | null = null
  /** Counts the times the group was joined; a generation may be joined twice. */
  let epoch = 0
  let isMember = false
  let lanes: ReadonlySet<number> = new Set()
  let lastFetch = Date.now()
  let lastDelivery = 0
  let ended = false
  /** Whether it has an assignment and is not about to join again. */
  let isSteady = false
  const paused = new Map<string, TopicPartition>()
  let fetches = waitingFetches()
  const interrupt = (error: unknown) => {
    fetches.fail(error)
    if (member !== undefined) dropFetches(member)
  }
  const there = presence({
    isBusy: () => paused.size > 0 || Date.now() - lastDelivery < timeouts.busy,
    onError: interrupt,
  })
  const starting = startOfAssignment({ group, topics, log, goOnFrom })
  const book = commits(
    async (positions) => {
      // Between JoinGroup's answer and the new assignment kafkajs would commit for a generation that does not have these.
      if (member === undefined || member.generationId !== generation) throw new Error('the group is rebalancing')
      // Not consumer.commitOffsets: it tries again on its own, perhaps in the next generation.
      await member.commitOffsets({ topics: kafkajsOffsets(positions) })
    },
    (error, positions) =>
      // Fetches and heartbeats are refused as well, and say so.
      log[isRefused(error) ? 'debug' : 'warn'](
        { err: error, group, partitions: positions.map(partitionKey) },
        'Could not commit. The next commit covers it, or the records come again',
      ),
    () => (isSteady ? timeouts.commitLinger : 0),
  )

  /** kafkajs would stay where nothing is left of a batch, and commits nothing of what it does not show. */
  const passOver = (fetcher: ConsumerGroup, { topic, partition, fetchedOffset }: FetchedBatch, next: bigint) => {
    fetcher.resolveOffset({ topic, partition, offset: String(next - 1n) })
    const first = BigInt(fetchedOffset)
    book.delivered({ topic, partition }, { first, end: first, next })
  }

  /** Past kafkajs, which would hand over each batch by itself, with much ado. */
  const deliver = (fetcher: ConsumerGroup, batch: FetchedBatch) => {
    const { topic, partition, messages, rawMessages } = batch
    // What is left out here, and not resolved, is fetched again.
    if (ended || paused.has(partitionKey(batch))) return
    const records = messages.map((message) => incoming(topic, partition, message))
    const [first, last] = [records[0], records.at(-1)]
    if (first === undefined || last === undefined) return
    const end = last.offset + 1n
    const next = rawMessages.nextOffset ?? end
    book.delivered(first, { first: first.offset, end, next })
    lastDelivery = Date.now()
    starting.delivered(first)
    listener.onRecords(records)
    fetcher.resolveOffset({ topic, partition, offset: String(next - 1n) })
  }

  const watch = topicWatch({
    group,
    topics,
    log,
    onMissing: (gone) => void (ended || listener.onMissing?.(gone)),
    isOutdated: starting.isOutdated,
    partitionsOf: (topic) => member?.partitionsPerSubscribedTopic?.get(topic)?.length ?? 0,
    onChanged: () => {
      if (ended || !isSteady) return
      isSteady = false
      interrupt(rejoin())
    },
  })

  return {
    lanes: () => lanes,
    adopt: (cluster) => {
      withoutAbsent(cluster, watch.seen, timeouts.topics)
      passOverLeaderless(cluster, watch.passedOver)
      withFetchSessions(cluster)
      hookConsumer(cluster, {
        connecting: (joining, join) => {
          joining.memberId = member?.memberId ?? null
          member = joining
          fetches = waitingFetches()
          there.follow(joining, async () => {
            isSteady = false
            // Whoever has a partition next begins where it was committed. With the last JoinGroup the group takes no more.
            await book.flush()
            await join()
          })
        },
        joining: () => {
          isSteady = false
          watch.joining()
          if (!ended) listener.onRebalancing?.()
          return there.join()
        },
        heartbeat: () => fetches.check(),
        outOfRange: async (fetcher, asked) => {
          const lost = await starting.afterOutOfRange(fetcher, asked)
          if (lost !== undefined) listener.onLost?.(asked, lost.offsets, lost.since)
        },
        leaving: () => {
          isMember = false
          there.end()
        },
        fetching: async (fetcher, fetch) => {
          // After a pause: kafkajs would fetch again at once.
          if (ended) return delay(timeouts.fetchWhilePaused)
          fetches.check()
          there.keep()
          lastFetch = Date.now()
          // Heartbeats go on: a store that is away must not cost the member its place.
          if (!(await starting.isOver(timeouts.fetchWhilePaused))) return
          fetcher.maxWaitTime =
            paused.size > 0 ? timeouts.fetchWhilePaused : watch.isAnyAway() ? timeouts.topics.absent : timeouts.fetch
          const began = epoch
          const batches = await fetches.wait(fetch())
          // With several brokers one fetcher may have rejoined the group while another waited.
          if (began !== epoch) return
          for (const batch of batches) {
            const { nextOffset } = batch.rawMessages
            if (!batch.isEmpty()) deliver(fetcher, batch)
            else if (nextOffset !== undefined) passOver(fetcher, batch, nextOffset)
          }
        },
        recovering: async (fetcher, error, recover) => {
          if (brokerErrorCode(error) === 'UNKNOWN_TOPIC_OR_PARTITION') {
            await fetcher.cluster.refreshMetadata()
            // One broker may not know yet what the other one says.
            return delay(timeouts.fetchWhilePaused)
          }
          if (isGone(error)) {
            // Its partitions get another leader, or have none for a while. What other brokers lead goes on meanwhile; if there are none, this fails.
            await delay(timeouts.brokerGone)
            return fetcher.cluster.refreshMetadata()
          }
          const was = isSteady
          isSteady = false
          try {
            await recover()
          } finally {
            isSteady = was
          }
        },
      })
    },
    joined: (assignment) => {
      epoch += 1
      isMember = true
      isSteady = true
      lastFetch = Date.now()
      generation = member?.generationId ?? null
      member?.resume([...paused.values()].map(kafkajsPartition))
      paused.clear()
      const partitions = topicPartitions(assignment)
      lanes = new Set(partitions.map(({ partition }) => partition))
      book.assigned(partitions)
      if (member !== undefined) starting.begin(member, partitions)
      if (!ended) listener.onAssigned(partitions)
    },
    left: () => {
      isMember = false
      isSteady = false
      starting.end()
      there.end()
    },
    isJoined: () => isMember,
    pause: (partition) => {
      paused.set(partitionKey(partition), partition)
      member?.pause([kafkajsPartition(partition)])
    },
    resume: (partition) => {
      paused.delete(partitionKey(partition))
      member?.resume([kafkajsPartition(partition)])
    },
    commit: (positions) => book.commit(positions),
    flush: () => book.flush(),
    lastFetch: () => lastFetch,
    end: () => {
      ended = true
      starting.end()
      fetches.release()
    },
  }
}

/** kafkajs joins again on it. */
const rejoin = () => Object.assign(new Error('the topics are not those of the assignment'), { type: 'REBALANCE_IN_PROGRESS' })
