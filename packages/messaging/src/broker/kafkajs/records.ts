import type { IHeaders, KafkaMessage, Message, TopicMessages } from 'kafkajs'
import type { BrokerRecord, OutgoingRecord, RecordHeaders } from '../port.ts'
import { headersAsRead, noHeaders } from '../recordHeaders.ts'

export function incoming(topic: string, partition: number, message: KafkaMessage): BrokerRecord {
  const { key, value, offset, timestamp, headers = noHeaders() } = message
  return { topic, partition, offset: BigInt(offset), key, value, headers, timestamp: Number(timestamp) }
}

/** Grouped by topic, in order: kafkajs makes one request per leader of it. */
export function outgoing(records: readonly OutgoingRecord[]): TopicMessages[] {
  const byTopic = Map.groupBy(records, ({ topic }) => topic)
  return [...byTopic].map(([topic, records]) => ({ topic, messages: records.map(message) }))
}

function message({ key, value, headers, partition }: OutgoingRecord): Message {
  return { key, value, headers: withoutNulls(headers), ...(partition === undefined ? {} : { partition }) }
}

/** Mostly there is nothing to leave out, and nothing to copy. */
function withoutNulls(headers: RecordHeaders): IHeaders {
  return Object.values(headers).every(hasNoNull) ? (headers as IHeaders) : headersAsRead(headers)
}

const hasNoNull = (value: RecordHeaders[string] | null) =>
  value !== null &&
  value !== undefined &&
  !(Array.isArray(value) && value.some((one: unknown) => one === null || one === undefined))
