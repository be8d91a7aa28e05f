import type { ForeignRecord } from '../foreignProducer.ts'
import { partitionOf } from '../partitioner.ts'
import { BrokerUnavailable, RecordRefused, TopicMissing } from '../port.ts'
import type { BrokerRecord, OutgoingRecord, Position, TopicPartition, TopicSpec } from '../port.ts'
import { headersAsRead } from '../recordHeaders.ts'
import { sizeOf } from '../size.ts'

/** Kafka's own default, in bytes. */
const MAX_MESSAGE_BYTES = '1048588'

export interface AppendOptions {
  /** The records were written in a transaction, whose end takes an offset, and which hides them when it was aborted. */
  readonly transaction?: 'commit' | 'abort'
}

/** The records themselves: appended at once and never lost. */
export interface Topics {
  names(): string[]
  /** Number of partitions, or undefined for a topic that does not exist. */
  partitions(topic: string): number | undefined
  maxMessageBytes(topic: string): number | undefined
  isCompacted(topic: string): boolean
  /** Another one each time that the topic is made. */
  id(topic: string): string | undefined
  /** @returns false when it existed. */
  create(spec: TopicSpec): boolean
  remove(topic: string): void
  /** All or, when one topic is missing or one record is refused, none. @throws TopicMissing @throws RecordRefused */
  append(records: readonly ToAppend[], options?: AppendOptions): void
  /** At most `limit` records, and where the partition goes on behind them. */
  read(partition: TopicPartition, from: bigint, limit: number): Slice
  /** The first offset that is kept. */
  begin(partition: TopicPartition): bigint
  /** The offset the next record will get. */
  end(partition: TopicPartition): bigint
  /** Drops what lies before the position, as far as there is something. */
  deleteBefore(position: Position): void
}

/** Another client may say when that was. */
type ToAppend = OutgoingRecord & Pick<ForeignRecord, 'timestamp'>

export interface Slice {
  readonly records: readonly BrokerRecord[]
  readonly next: bigint
}

interface Topic {
  readonly id: string
  readonly maxMessageBytes: number
  readonly isCompacted: boolean
  readonly logs: PartitionLog[]
  keyless: number
}

/** What can be read of a partition. Offsets that are missing belong to something else than a record. */
interface PartitionLog {
  readonly records: BrokerRecord[]
  begin: bigint
  end: bigint
}

/** With `defaultPartitions`, a topic comes into being when it is first used. */
export function memoryTopics(defaultPartitions?: number): Topics {
  const topics = new Map<string, Topic>()
  let made = 0
  const log = ({ topic, partition }: TopicPartition) => topics.get(topic)?.logs[partition]

  const create = ({ topic, partitions, config }: TopicSpec) => {
    if (topics.has(topic)) return false
    const maxMessageBytes = Number(config['max.message.bytes'] ?? MAX_MESSAGE_BYTES)
    topics.set(topic, {
      id: `topic-${(made += 1)}`,
      maxMessageBytes,
      isCompacted: config['cleanup.policy']?.split(',').includes('compact') ?? false,
      logs: Array.from({ length: partitions }, () => ({ records: [], begin: 0n, end: 0n })),
      keyless: 0,
    })
    return true
  }
  const find = (topic: string) => {
    if (defaultPartitions !== undefined) create({ topic, partitions: defaultPartitions, config: {} })
    return topics.get(topic)
  }
  const place = (record: ToAppend) => {
    const topic = find(record.topic)
    if (topic === undefined) throw new TopicMissing(`Topic ${record.topic} does not exist`)
    const size = sizeOf(record)
    if (size > topic.maxMessageBytes) throw new RecordRefused(record, size, `more than ${topic.maxMessageBytes} bytes`)
    const partition = record.partition ?? choose(topic, record.key)
    const log = topic.logs[partition]
    if (log === undefined) throw new BrokerUnavailable(`Topic ${record.topic} has no partition ${partition}`)
    return { record, partition, log }
  }
  return {
    names: () => [...topics.keys()],
    partitions: (topic) => find(topic)?.logs.length,
    maxMessageBytes: (topic) => topics.get(topic)?.maxMessageBytes,
    isCompacted: (topic) => topics.get(topic)?.isCompacted ?? false,
    id: (topic) => topics.get(topic)?.id,
    create,
    remove: (topic) => void topics.delete(topic),
    append: (records, { transaction } = {}) => {
      const placed = records.map(place)
      for (const { record, partition, log } of placed) {
        if (transaction !== 'abort') log.records.push(asRead(record, partition, log.end))
        log.end += 1n
      }
      if (transaction !== undefined) for (const log of new Set(placed.map(({ log }) => log))) log.end += 1n
    },
    read: (partition, from, limit) => {
      const { records = [], end = 0n } = log(partition) ?? {}
      const start = firstFrom(records, from)
      const slice = records.slice(start, start + limit)
      const last = slice.at(-1)
      return { records: slice, next: last !== undefined && start + limit < records.length ? last.offset + 1n : end }
    },
    begin: (partition) => log(partition)?.begin ?? 0n,
    end: (partition) => log(partition)?.end ?? 0n,
    deleteBefore: (position) => {
      const own = log(position)
      if (own === undefined) throw new BrokerUnavailable(`There is no partition ${position.topic}/${position.partition}`)
      const begin = position.offset < own.end ? position.offset : own.end
      if (begin <= own.begin) return
      own.records.splice(0, firstFrom(own.records, begin))
      own.begin = begin
    },
  }
}

const choose = (topic: Topic, key: Buffer | string | null) =>
  key === null ? topic.keyless++ % topic.logs.length : partitionOf(key, topic.logs.length)

const asRead = (
  { topic, key, value, headers, timestamp = Date.now() }: ToAppend,
  partition: number,
  offset: bigint,
): BrokerRecord => ({
  topic,
  partition,
  offset,
  key: key === null ? null : Buffer.from(key),
  value,
  headers: headersAsRead(headers),
  timestamp,
})

/** The index of the first record with that offset or a later one, by bisection. */
function firstFrom(records: readonly BrokerRecord[], offset: bigint): number {
  let [low, high] = [0, records.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((records[middle]?.offset ?? offset) < offset) low = middle + 1
    else high = middle
  }
  return low
}
