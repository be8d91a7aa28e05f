import type { Broker, BrokerRecord, OutgoingRecord, RecordHeaders } from '@petrel/messaging/operations'
import { type Recorded, recorded } from './recorded.ts'

/** The topics that the recorded ones came from. */
export const origins: Readonly<Record<Recorded, string>> = {
  springKafka: 'spring-place-order',
  springRetryableTopic: 'spring-retried-order',
  kafkaConnect: 'connect-place-order',
  watermill: 'watermill-place-order',
}

/** What somebody wrote, as if it had been written into topics with this prefix. */
export function withPrefix(prefix: string, record: BrokerRecord): OutgoingRecord & { headers: RecordHeaders } {
  const renamed = (value: Buffer | string) => {
    const text = value.toString()
    const isTopic = Object.values(origins).some((origin) => text === origin || text.startsWith(`${origin}-`))
    return isTopic ? Buffer.from(prefix + text) : value
  }
  const headers: RecordHeaders = Object.fromEntries(
    Object.entries(record.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(renamed) : renamed(value as Buffer),
    ]),
  )
  const { partition, key, value } = record
  return { topic: prefix + record.topic, partition, key, value, headers }
}

/** Writes what they have given up, and makes the topics that it came from. */
export async function writeRecorded(by: Recorded, broker: Broker, prefix: string): Promise<void> {
  const records = recorded(by).map((record) => withPrefix(prefix, record))
  const topics = new Set([...records.map(({ topic }) => topic), ...Object.values(origins).map((origin) => prefix + origin)])
  await broker.admin.createTopics([...topics].map((topic) => ({ topic, partitions: 4, config: {} })))
  await broker.publish(records)
}
