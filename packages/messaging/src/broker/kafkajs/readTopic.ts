import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster, KafkaMessage, Broker as KafkaNode } from 'kafkajs'
import type { BrokerRecord, Position } from '../port.ts'
import { openClient } from './client.ts'
import { clusterOf } from './cluster.ts'
import { brokerSaid, unavailable } from './errors.ts'
import { incoming } from './records.ts'
import type { KafkajsSettings } from './settings.ts'

/** Bytes of one fetch; a record larger than this still comes, alone. */
const FETCH_SIZE = 1024 * 1024

const READ_COMMITTED = 1
const STALE_LEADER = new Set(['LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION', 'FENCED_LEADER_EPOCH', 'UNKNOWN_LEADER_EPOCH'])

type FetchedMessage = KafkaMessage & { readonly isControlRecord?: boolean }

/** kafkajs leaves the type of an answer open. */
interface FetchAnswer {
  readonly responses: readonly { readonly partitions: readonly { readonly messages: readonly FetchedMessage[] }[] }[]
}

/** Partition by partition up to its present end, by fetches outside any group. @throws BrokerUnavailable */
export async function* readTopic(
  settings: KafkajsSettings,
  topic: string,
  from: readonly Position[],
): AsyncIterable<BrokerRecord> {
  const client = openClient(settings, { connectionTimeout: 3_000, requestTimeout: 10_000 })
  try {
    const cluster = clusterOf(client)
    await cluster.connect()
    await cluster.addTargetTopic(topic)
    const starts = new Map(
      from.filter((position) => position.topic === topic).map(({ partition, offset }) => [partition, offset]),
    )
    for (const { partition, earliest, latest } of await bounds(cluster, topic)) {
      const start = starts.get(partition) ?? earliest
      yield* readPartition(cluster, { topic, partition, start: start < earliest ? earliest : start, end: latest })
    }
  } catch (error) {
    throw unavailable(`Could not read ${topic}`, error)
  } finally {
    client.cut()
  }
}

async function bounds(cluster: Cluster, topic: string) {
  const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId }))
  const [earliest, latest] = await Promise.all([
    offsets(cluster, topic, partitions, true),
    offsets(cluster, topic, partitions, false),
  ])
  return [...latest]
    .map(([partition, end]) => ({ partition, earliest: earliest.get(partition) ?? 0n, latest: end }))
    .toSorted((a, b) => a.partition - b.partition)
}

async function offsets(cluster: Cluster, topic: string, partitions: { partition: number }[], fromBeginning: boolean) {
  const [answer] = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning }])
  return new Map((answer?.partitions ?? []).map(({ partition, offset }) => [partition, BigInt(offset)]))
}

interface Span {
  readonly topic: string
  readonly partition: number
  readonly start: bigint
  readonly end: bigint
}

async function* readPartition(cluster: Cluster, { topic, partition, start, end }: Span): AsyncIterable<BrokerRecord> {
  let next = start
  while (next < end) {
    const messages = await fetchFrom(cluster, { topic, partition, offset: next })
    // One partition, at least one byte: an empty answer means that compaction has removed what there was up to the end.
    const last = messages.at(-1)
    if (last === undefined) return
    for (const message of messages) {
      const offset = BigInt(message.offset)
      if (offset >= next && offset < end && message.isControlRecord !== true) yield incoming(topic, partition, message)
    }
    next = BigInt(last.offset) + 1n
  }
}

/** Follows a leader that has moved, and a beginning that retention has moved. */
async function fetchFrom(cluster: Cluster, position: Position, tries = 5): Promise<readonly FetchedMessage[]> {
  const { topic, partition, offset } = position
  try {
    const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]))
    const broker = await cluster.findBroker({ nodeId: leader ?? '' })
    return await fetchOnce(broker, position)
  } catch (error) {
    if (tries === 0) throw error
    if (brokerSaid(error) === 'OFFSET_OUT_OF_RANGE') {
      const earliest = (await offsets(cluster, topic, [{ partition }], true)).get(partition)
      if (earliest === undefined || earliest <= offset) return []
      return fetchFrom(cluster, { topic, partition, offset: earliest }, tries - 1)
    }
    if (!STALE_LEADER.has(brokerSaid(error) ?? '')) throw error
    await delay(100)
    await cluster.refreshMetadata()
    return fetchFrom(cluster, position, tries - 1)
  }
}

async function fetchOnce(broker: KafkaNode, { topic, partition, offset }: Position): Promise<readonly FetchedMessage[]> {
  const answer = (await broker.fetch({
    maxWaitTime: 100,
    minBytes: 1,
    maxBytes: FETCH_SIZE,
    isolationLevel: READ_COMMITTED,
    topics: [{ topic, partitions: [{ partition, fetchOffset: offset.toString(), maxBytes: FETCH_SIZE }] }],
  })) as FetchAnswer
  return answer.responses[0]?.partitions[0]?.messages ?? []
}
