import { likelyPartitions } from '../broker/partitioner.ts'
import type { BrokerAdmin, BrokerRecord, PartitionOverview, Position } from '../broker/port.ts'
import { openEnvelope } from '../engine/envelope.ts'
import { traceIdIn } from '../tracing/recordContext.ts'

/** A message as its record says: whether anybody has handled it, nobody knows here. */
export interface SentMessage {
  readonly id: string
  readonly source: string
  readonly type: string | undefined
  readonly conversationId: string
  readonly causationId: string | undefined
  readonly traceId: string | undefined
  readonly key: string
  readonly sentAt: Date
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

export interface SentRange {
  readonly key: string
  readonly topic: string
  /** Where to begin: one position for each partition that is to be read. */
  readonly from: readonly Position[]
}

/**
 * The partitions of a topic in which a key's records may be, whoever has sent them: see `likelyPartitions`. None when the topic is
 * not there. @param partitions of all topics
 */
export function partitionsWithKey(key: string, topic: string, partitions: readonly PartitionOverview[]): PartitionOverview[] {
  const own = partitions.filter((partition) => partition.topic === topic)
  const numbers = own.length === 0 ? [] : likelyPartitions(key, own.length)
  return own.filter(({ partition }) => numbers.includes(partition))
}

/**
 * The messages of a key in one topic, from some positions on up to the end: partitions without one are not read.
 * @param partitions of all topics, as an overview has them. @throws BrokerUnavailable
 */
export async function sentMessages(
  { key, topic, from }: SentRange,
  partitions: readonly PartitionOverview[],
  admin: Pick<BrokerAdmin, 'read'>,
): Promise<SentMessage[]> {
  const own = partitions.filter((partition) => partition.topic === topic)
  const asked = new Map(from.map(({ partition, offset }) => [partition, offset]))
  const begins = own.map(({ partition, latest }) => ({ topic, partition, offset: asked.get(partition) ?? latest }))
  if (own.every(({ partition, latest }) => (asked.get(partition) ?? latest) >= latest)) return []
  const found: SentMessage[] = []
  for await (const record of admin.read(topic, { from: begins }))
    if (asked.has(record.partition) && record.key?.toString() === key) found.push(sentMessage(key, record))
  return found
}

function sentMessage(key: string, record: BrokerRecord): SentMessage {
  const { identity, typeName, conversationId, causationId, time } = openEnvelope(record)
  const { topic, partition, offset, headers } = record
  const { id, source } = identity
  const traceId = traceIdIn(headers)
  return { id, source, type: typeName, conversationId, causationId, traceId, key, sentAt: time, topic, partition, offset }
}
