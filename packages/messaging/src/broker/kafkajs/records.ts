import type { KafkaMessage, Message, TopicMessages } from 'kafkajs'
import type { BrokerRecord, OutgoingRecord, RecordHeaders } from '../port.ts'

export function incoming(topic: string, partition: number, message: KafkaMessage): BrokerRecord {
  const { key, value, offset, timestamp, headers } = message
  return { topic, partition, offset: BigInt(offset), key, value, headers: headers ?? {}, timestamp: Number(timestamp) }
}

/** Grouped by topic, in order: kafkajs makes one request per leader of it. */
export function outgoing(records: readonly OutgoingRecord[]): TopicMessages[] {
  const byTopic = Map.groupBy(records, ({ topic }) => topic)
  return [...byTopic].map(([topic, records]) => ({ topic, messages: records.map(message) }))
}

function message({ key, value, headers, partition }: OutgoingRecord): Message {
  return { key, value, headers: headersThatAre(headers), ...(partition === undefined ? {} : { partition }) }
}

/** kafkajs fails on an undefined value. */
function headersThatAre(headers: RecordHeaders): NonNullable<Message['headers']> {
  const result: NonNullable<Message['headers']> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      result[name] = Array.isArray(value) ? [...(value as (Buffer | string)[])] : (value as Buffer | string)
  }
  return result
}
