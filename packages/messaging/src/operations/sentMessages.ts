import { partitionOf } from '../broker/partitioner.ts'
import type { BrokerAdmin, BrokerRecord, PartitionOverview } from '../broker/port.ts'
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
  /** Where to begin in the partition that the key belongs to. */
  readonly from: bigint
}

/** The partition of a topic that has a key's records; undefined when the topic is not there. @param partitions of all topics */
export function partitionWithKey(
  key: string,
  topic: string,
  partitions: readonly PartitionOverview[],
): PartitionOverview | undefined {
  const own = partitions.filter((partition) => partition.topic === topic)
  const number = own.length === 0 ? undefined : partitionOf(key, own.length)
  return own.find(({ partition }) => partition === number)
}

/**
 * The messages of a key in one topic, from an offset on up to the end: of the topic's partitions only that of the key is read.
 * @param partitions of all topics, as an overview has them. @throws BrokerUnavailable
 */
export async function sentMessages(
  { key, topic, from }: SentRange,
  partitions: readonly PartitionOverview[],
  admin: Pick<BrokerAdmin, 'read'>,
): Promise<SentMessage[]> {
  const own = partitionWithKey(key, topic, partitions)
  if (own === undefined || from >= own.latest) return []
  const begins = partitions
    .filter((partition) => partition.topic === topic)
    .map(({ partition, latest }) => ({ topic, partition, offset: partition === own.partition ? from : latest }))
  const found: SentMessage[] = []
  for await (const record of admin.read(topic, { from: begins }))
    if (record.partition === own.partition && record.key?.toString() === key) found.push(sentMessage(key, record))
  return found
}

function sentMessage(key: string, record: BrokerRecord): SentMessage {
  const { identity, typeName, conversationId, causationId, time } = openEnvelope(record)
  const { topic, partition, offset, headers } = record
  const { id, source } = identity
  const traceId = traceIdIn(headers)
  return { id, source, type: typeName, conversationId, causationId, traceId, key, sentAt: time, topic, partition, offset }
}
