import { partitionOf } from '../partitioner.ts'
import { BrokerUnavailable, RecordRefused } from '../port.ts'
import type { BrokerRecord, OutgoingRecord, RecordHeaders, TopicPartition, TopicSpec } from '../port.ts'
import { sizeOf } from '../size.ts'

/** Kafka's own default, in bytes. */
const MAX_MESSAGE_BYTES = '1048588'

/** The records themselves, appended at once and never lost: what makes them late is the groups' business. */
export interface Topics {
  names(): string[]
  /** Number of partitions, or undefined for a topic that does not exist. */
  partitions(topic: string): number | undefined
  /** @returns false when it existed. */
  create(spec: TopicSpec): boolean
  remove(topic: string): void
  /** All or, when one topic is missing or one record is refused, none. @throws BrokerUnavailable @throws RecordRefused */
  append(records: readonly OutgoingRecord[]): void
  read(partition: TopicPartition, from: bigint, limit: number): readonly BrokerRecord[]
  /** The offset the next record will get. */
  end(partition: TopicPartition): bigint
}

interface Topic {
  readonly maxMessageBytes: number
  readonly logs: BrokerRecord[][]
  keyless: number
}

/** With `defaultPartitions`, a topic comes into being when it is first used. */
export function memoryTopics(defaultPartitions?: number): Topics {
  const topics = new Map<string, Topic>()
  const log = ({ topic, partition }: TopicPartition) => topics.get(topic)?.logs[partition] ?? []

  const create = ({ topic, partitions, config }: TopicSpec) => {
    if (topics.has(topic)) return false
    const maxMessageBytes = Number(config['max.message.bytes'] ?? MAX_MESSAGE_BYTES)
    topics.set(topic, { maxMessageBytes, logs: Array.from({ length: partitions }, () => []), keyless: 0 })
    return true
  }
  const find = (topic: string) => {
    if (defaultPartitions !== undefined) create({ topic, partitions: defaultPartitions, config: {} })
    return topics.get(topic)
  }
  const check = (record: OutgoingRecord) => {
    const topic = find(record.topic)
    if (topic === undefined) throw new BrokerUnavailable(`Topic ${record.topic} does not exist`)
    const size = sizeOf(record)
    if (size > topic.maxMessageBytes) throw new RecordRefused(record, size, `more than ${topic.maxMessageBytes} bytes`)
    return { record, topic }
  }
  return {
    names: () => [...topics.keys()],
    partitions: (topic) => find(topic)?.logs.length,
    create,
    remove: (topic) => void topics.delete(topic),
    append: (records) => records.map(check).forEach(({ record, topic }) => append(topic, record)),
    read: (partition, from, limit) => log(partition).slice(Number(from), Number(from) + limit),
    end: (partition) => BigInt(log(partition).length),
  }
}

function append(topic: Topic, record: OutgoingRecord): void {
  const partition = record.partition ?? choose(topic, record.key)
  const log = topic.logs[partition]
  if (log === undefined) throw new BrokerUnavailable(`Topic ${record.topic} has no partition ${partition}`)
  log.push({
    topic: record.topic,
    partition,
    offset: BigInt(log.length),
    key: record.key === null ? null : Buffer.from(record.key),
    value: record.value,
    headers: asRead(record.headers),
    timestamp: Date.now(),
  })
}

const choose = (topic: Topic, key: Buffer | string | null) =>
  key === null ? topic.keyless++ % topic.logs.length : partitionOf(key, topic.logs.length)

const bytes = (value: Buffer | string) => (typeof value === 'string' ? Buffer.from(value) : value)

/** Text comes out of a broker as bytes. */
function asRead(headers: RecordHeaders): RecordHeaders {
  const entries = Object.entries(headers).flatMap(([name, value]): [string, Buffer | Buffer[]][] => {
    if (value === undefined) return []
    return typeof value === 'string' || Buffer.isBuffer(value) ? [[name, bytes(value)]] : [[name, value.map(bytes)]]
  })
  return Object.fromEntries(entries)
}
