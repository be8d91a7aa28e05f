import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster, Broker as KafkaNode } from 'kafkajs'
import type { BrokerRecord, Position } from '../port.ts'
import { openClient } from './client.ts'
import { clusterOf } from './cluster.ts'
import { brokerErrorCode, unavailable } from './errors.ts'
import type { FetchedMessages, FetchedMessage, FetchedPartition } from './fetchedRecords.ts'
import { incoming } from './records.ts'
import type { ClientSettings } from './settings.ts'
import { timeouts } from './timeouts.ts'

/** Bytes of one fetch; a record larger than this still comes, alone. */
const FETCH_SIZE = 1024 * 1024

const READ_COMMITTED = 1
const STALE_LEADER = new Set(['LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION', 'FENCED_LEADER_EPOCH', 'UNKNOWN_LEADER_EPOCH'])

/** kafkajs leaves the type of an answer open. */
interface FetchAnswer {
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[]
}

/** Partition by partition up to its present end, by fetches outside any group. @throws BrokerUnavailable */
export async function* readTopic(
  settings: ClientSettings,
  topic: string,
  from: readonly Position[],
): AsyncIterable<BrokerRecord> {
  const doing = `Could not read ${topic}`
  const client = openClient(settings, timeouts.client)
  try {
    const cluster = clusterOf(client)
    await cluster.connect()
    await cluster.addTargetTopic(topic)
    const starts = new Map(
      from.filter((position) => position.topic === topic).map(({ partition, offset }) => [partition, offset]),
    )
    for (const { partition, earliest, latest } of await bounds(cluster, topic)) {
      const start = starts.get(partition) ?? earliest
      const span = { start: start < earliest ? earliest : start, end: latest }
      const fetch = (offset: bigint) => fetchFrom(cluster, { topic, partition, offset })
      for await (const message of readSpan(fetch, span)) yield incoming(topic, partition, message)
    }
    settings.access.refusals.done(doing)
  } catch (error) {
    const { access } = settings
    throw unavailable(doing, access.refusals.reasonOf(access.reasonOf(error), doing, { topics: [topic] }))
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

/** A broker that throttles answers with nothing, and so does one that has nothing left before the end. */
const EMPTY_ANSWERS = 5

/** The records of one partition from `start` to before `end`. A fetch may begin before the offset that was asked for. */
export async function* readSpan(
  fetch: (offset: bigint) => Promise<FetchedMessages>,
  { start, end }: { readonly start: bigint; readonly end: bigint },
): AsyncIterable<FetchedMessage> {
  let next = start
  for (let empty = 0; next < end && empty < EMPTY_ANSWERS;) {
    const messages = await fetch(next)
    for (const message of messages) {
      const offset = BigInt(message.offset)
      if (offset >= next && offset < end && message.isControlRecord !== true) yield message
    }
    const { nextOffset = next } = messages
    empty = nextOffset > next ? 0 : empty + 1
    next = nextOffset > next ? nextOffset : next
  }
}

/** The first record at or after a position. At least one batch of records is fetched, however large it is. */
export async function firstRecordAt(cluster: Cluster, position: Position): Promise<FetchedMessage | undefined> {
  const messages = await fetchFrom(cluster, position, 1)
  return messages.find(({ offset, isControlRecord }) => BigInt(offset) >= position.offset && isControlRecord !== true)
}

/** Follows a leader that has moved, and a beginning that retention has moved. */
async function fetchFrom(cluster: Cluster, position: Position, size = FETCH_SIZE, tries = 5): Promise<FetchedMessages> {
  const { topic, partition, offset } = position
  try {
    const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]))
    const broker = await cluster.findBroker({ nodeId: leader ?? '' })
    return await fetchOnce(broker, position, size)
  } catch (error) {
    if (tries === 0) throw error
    if (brokerErrorCode(error) === 'OFFSET_OUT_OF_RANGE') {
      const earliest = (await offsets(cluster, topic, [{ partition }], true)).get(partition)
      if (earliest === undefined || earliest <= offset) return []
      return fetchFrom(cluster, { topic, partition, offset: earliest }, size, tries - 1)
    }
    if (!STALE_LEADER.has(brokerErrorCode(error) ?? '')) throw error
    await delay(100)
    await cluster.refreshMetadata()
    return fetchFrom(cluster, position, size, tries - 1)
  }
}

async function fetchOnce(broker: KafkaNode, { topic, partition, offset }: Position, size: number): Promise<FetchedMessages> {
  const answer = (await broker.fetch({
    maxWaitTime: 100,
    minBytes: 1,
    maxBytes: size,
    isolationLevel: READ_COMMITTED,
    topics: [{ topic, partitions: [{ partition, fetchOffset: offset.toString(), maxBytes: size }] }],
  })) as FetchAnswer
  return answer.responses[0]?.partitions[0]?.messages ?? []
}
