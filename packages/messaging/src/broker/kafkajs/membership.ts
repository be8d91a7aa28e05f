import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster, EachBatchPayload } from 'kafkajs'
import type { Log } from '../../log.ts'
import { commits, partitionKey } from '../commits.ts'
import type { Position, Subscription, SubscriptionListener, TopicPartition } from '../port.ts'
import { dropFetches } from './connectionPool.ts'
import { hookConsumer, type ConsumerGroup, type FetchedBatch } from './consumerHooks.ts'
import { brokerErrorCode } from './errors.ts'
import { presence } from './presence.ts'
import { incoming } from './records.ts'
import { timeouts } from './timeouts.ts'
import { kafkajsOffsets, kafkajsPartition, topicPartitions } from './topicPartitions.ts'
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
  /** For `eachBatch`. */
  deliver(payload: EachBatchPayload): void
  /** When a fetch last began, in milliseconds since the epoch. */
  lastFetch(): number
  /** Lets running fetches return at once, and delivers nothing more. */
  end(): void
  /** Resolves when no commit is in flight. */
  settled(): Promise<void>
}

/** The fetches and heartbeats are refused as well, and say so. */
const isRefused = (error: unknown) => brokerErrorCode(error)?.endsWith('_AUTHORIZATION_FAILED') ?? false

export function membership(group: string, listener: SubscriptionListener, log: Log): Membership {
  let member: ConsumerGroup | undefined
  let generation: number | null = null
  /** Counts the times the group was joined; a generation may be joined twice. */
  let epoch = 0
  let isMember = false
  let lanes: ReadonlySet<number> = new Set()
  let lastFetch = Date.now()
  let lastDelivery = 0
  let ended = false
  const paused = new Map<string, TopicPartition>()
  let fetches = waitingFetches()
  const there = presence({
    isBusy: () => paused.size > 0 || Date.now() - lastDelivery < timeouts.busy,
    onError: (error) => {
      fetches.fail(error)
      if (member !== undefined) dropFetches(member)
    },
  })
  /** The offset that was asked for, where the broker had nothing any more. */
  const expected = new Map<string, bigint>()
  const fetchedIn = new WeakMap<object, number>()
  const book = commits(
    async (positions) => {
      // Between JoinGroup's answer and the new assignment kafkajs would commit for a generation that does not have these.
      if (member === undefined || member.generationId !== generation) throw new Error('the group is rebalancing')
      // Not consumer.commitOffsets: it tries again on its own, perhaps in the next generation.
      await member.commitOffsets({ topics: kafkajsOffsets(positions) })
    },
    (error, positions) =>
      log[isRefused(error) ? 'debug' : 'warn'](
        { err: error, group, partitions: positions.map(partitionKey) },
        'Could not commit. The next commit covers it, or the records come again',
      ),
    timeouts.commitLinger,
  )

  /** kafkajs would stay where nothing is left of a batch, and commits nothing of what it does not show. */
  const passOver = (fetcher: ConsumerGroup, { topic, partition, fetchedOffset }: FetchedBatch, next: bigint) => {
    fetcher.resolveOffset({ topic, partition, offset: String(next - 1n) })
    const first = BigInt(fetchedOffset)
    book.delivered({ topic, partition }, { first, end: first, next })
  }

  const tellLost = (first: Position) => {
    const key = partitionKey(first)
    const lost = first.offset - (expected.get(key) ?? first.offset)
    expected.delete(key)
    if (lost <= 0n) return
    log.error(
      { group, topic: first.topic, partition: first.partition, lost: String(lost) },
      'records were deleted before they were read',
    )
    listener.onLost?.(first, Number(lost))
  }

  return {
    lanes: () => lanes,
    adopt: (cluster) =>
      hookConsumer(cluster, {
        connecting: (joining, join) => {
          joining.memberId = member?.memberId ?? null
          member = joining
          fetches = waitingFetches()
          there.follow(joining, join)
        },
        joining: () => {
          if (!ended) listener.onRebalancing?.()
          return there.join()
        },
        heartbeat: () => fetches.check(),
        outOfRange: (partition, asked) => void expected.set(partitionKey(partition), asked),
        leaving: () => {
          isMember = false
          there.end()
        },
        fetching: async (fetcher, fetch) => {
          // After a pause: kafkajs would fetch again at once.
          if (ended) return delay(timeouts.fetchWhilePaused, [])
          fetches.check()
          there.keep()
          lastFetch = Date.now()
          fetcher.maxWaitTime = paused.size > 0 ? timeouts.fetchWhilePaused : timeouts.fetch
          const began = epoch
          const batches = await fetches.wait(fetch())
          // With several brokers one fetcher may have rejoined the group while another waited.
          if (began !== epoch) return []
          return batches.filter((batch) => {
            fetchedIn.set(batch, began)
            const { nextOffset } = batch.rawMessages
            if (batch.isEmpty() && nextOffset !== undefined) passOver(fetcher, batch, nextOffset)
            return !batch.isEmpty()
          })
        },
      }),
    joined: (assignment) => {
      epoch += 1
      isMember = true
      lastFetch = Date.now()
      generation = member?.generationId ?? null
      member?.resume([...paused.values()].map(kafkajsPartition))
      paused.clear()
      expected.clear()
      const partitions = topicPartitions(assignment)
      lanes = new Set(partitions.map(({ partition }) => partition))
      book.assigned(partitions)
      if (!ended) listener.onAssigned(partitions)
    },
    left: () => {
      isMember = false
      there.end()
    },
    isJoined: () => isMember,
    deliver: (payload) => {
      const { topic, partition, messages, rawMessages } = payload.batch as FetchedBatch
      // What is left out here, and not resolved, is fetched again.
      if (ended || paused.has(partitionKey(payload.batch)) || fetchedIn.get(payload.batch) !== epoch) return
      const records = messages.map((message) => incoming(topic, partition, message))
      const [first, last] = [records[0], records.at(-1)]
      if (first === undefined || last === undefined) return
      const end = last.offset + 1n
      const next = rawMessages.nextOffset ?? end
      book.delivered(first, { first: first.offset, end, next })
      lastDelivery = Date.now()
      tellLost(first)
      listener.onRecords(records)
      payload.resolveOffset(String(next - 1n))
    },
    pause: (partition) => {
      paused.set(partitionKey(partition), partition)
      member?.pause([kafkajsPartition(partition)])
    },
    resume: (partition) => {
      paused.delete(partitionKey(partition))
      member?.resume([kafkajsPartition(partition)])
    },
    commit: (positions) => book.commit(positions),
    settled: () => book.settled(),
    lastFetch: () => lastFetch,
    end: () => {
      ended = true
      fetches.release()
    },
  }
}
