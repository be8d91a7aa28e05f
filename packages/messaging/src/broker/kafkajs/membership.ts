import { setTimeout as delay } from 'node:timers/promises'
import type { Batch, Cluster, EachBatchPayload } from 'kafkajs'
import { commits, partitionKey } from '../commits.ts'
import type { Position, Subscription, SubscriptionListener, TopicPartition } from '../port.ts'
import { hookConsumer, type ConsumerGroup } from './patches.ts'
import { incoming } from './records.ts'
import type { Log } from './settings.ts'

/** Milliseconds a fetch waits for records. An idle consumer costs one fetch per this time, a rebalance may be noticed so much later. */
const PATIENT = 1_000
/** Milliseconds between the commits of a busy consumer. */
const COMMIT_LINGER = 50
/** While a partition is paused: it is not in the running fetch, so its resume is heard only at the next one. */
const IMPATIENT = 50

/**
 * What a subscription knows of its place in the group. It outlives kafkajs's consumers, which come and go with crashes:
 * the member id is carried over, or the group would wait for the member that was.
 */
export interface Membership extends Omit<Subscription, 'stop'> {
  /** Takes a new consumer under its wing. */
  adopt(cluster: Cluster): void
  /** The group was joined; everything delivered so far is of the past. */
  joined(assignment: Readonly<Record<string, number[]>>): void
  /** For `eachBatch`. */
  deliver(payload: EachBatchPayload): void
  /** When a fetch last began, in milliseconds since the epoch. */
  lastFetch(): number
  /** Lets running fetches return at once, and delivers nothing any more. */
  end(): void
  /** Resolves when no commit is in flight. */
  settled(): Promise<void>
}

export function membership(group: string, listener: SubscriptionListener, log: Log): Membership {
  let member: ConsumerGroup | undefined
  let generation: number | null = null
  /** Counts the times the group was joined; a generation may be joined twice. */
  let epoch = 0
  let lastFetch = Date.now()
  let ended = false
  const paused = new Map<string, TopicPartition>()
  const waiting = new Set<() => void>()
  const fetchedIn = new WeakMap<object, number>()
  const book = commits(
    async (positions) => {
      // Between JoinGroup's answer and the new assignment kafkajs would commit for a generation that knows nothing of them.
      if (member === undefined || member.generationId !== generation) throw new Error('the group is rebalancing')
      // Not consumer.commitOffsets: it tries again on its own, perhaps in the next generation.
      await member.commitOffsets({ topics: byTopic(positions) })
    },
    (error, positions) =>
      log.warn(
        { err: error, group, partitions: positions.map(partitionKey) },
        'Could not commit: what follows will, or it comes again',
      ),
    COMMIT_LINGER,
  )

  const interruptible = (fetch: () => Promise<Batch[]>) =>
    new Promise<Batch[]>((resolve, reject) => {
      const leave = () => resolve([])
      waiting.add(leave)
      void fetch()
        .then(resolve, reject)
        .finally(() => waiting.delete(leave))
    })

  return {
    adopt: (cluster) =>
      hookConsumer(cluster, {
        connecting: (joining) => {
          joining.memberId = member?.memberId ?? null
          member = joining
        },
        fetching: async (fetcher, fetch) => {
          // Not at once: kafkajs would ask again at once.
          if (ended) return delay(IMPATIENT, [])
          lastFetch = Date.now()
          fetcher.maxWaitTime = paused.size > 0 ? IMPATIENT : PATIENT
          const began = epoch
          const batches = await interruptible(fetch)
          // With several brokers one fetcher may have rejoined the group while another waited.
          if (began !== epoch) return []
          for (const batch of batches) fetchedIn.set(batch, began)
          return batches
        },
      }),
    joined: (assignment) => {
      epoch += 1
      lastFetch = Date.now()
      generation = member?.generationId ?? null
      member?.resume([...paused.values()].map(kafkajsPartition))
      paused.clear()
      const partitions = Object.entries(assignment).flatMap(([topic, numbers]) =>
        numbers.map((partition) => ({ topic, partition })),
      )
      book.assigned(partitions)
      if (!ended) listener.onAssigned(partitions)
    },
    deliver: (payload) => {
      const { batch } = payload
      const { topic, partition } = batch
      // What is left out here, and not resolved, is fetched again.
      if (ended || paused.has(partitionKey(batch)) || fetchedIn.get(batch) !== epoch) return
      const records = batch.messages.map((message) => incoming(topic, partition, message))
      const first = records[0]
      if (first !== undefined) book.delivered(first, first.offset)
      listener.onRecords(records)
      payload.resolveOffset(batch.lastOffset())
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
      for (const leave of waiting) leave()
    },
  }
}

const kafkajsPartition = ({ topic, partition }: TopicPartition) => ({ topic, partitions: [partition] })

function byTopic(positions: readonly Position[]) {
  const topics = Map.groupBy(positions, ({ topic }) => topic)
  return [...topics].map(([topic, positions]) => ({
    topic,
    partitions: positions.map(({ partition, offset }) => ({ partition, offset: offset.toString() })),
  }))
}
