import type { BrokerAdmin, OutgoingRecord } from '../broker/port.ts'
import { isSurelyWithin, sizeOf } from '../broker/size.ts'

/** How large a record may be in each topic, in bytes with its headers. */
export interface TopicLimits {
  of(topic: string): number
  fits(record: OutgoingRecord): boolean
  /** Whether it existed when the limits were read. */
  has(topic: string): boolean
}

/** Kafka's own default for `max.message.bytes`. */
const kafkaDefaultBytes = 1_048_588
/** `max.message.bytes` limits a whole batch. This leaves room for the batch's header, and for the error of our estimate. */
const batchOverheadBytes = 512

export function topicLimits(maxMessageBytes: ReadonlyMap<string, number>): TopicLimits {
  const of = (topic: string) => (maxMessageBytes.get(topic) ?? kafkaDefaultBytes) - batchOverheadBytes
  const has = (topic: string) => maxMessageBytes.has(topic)
  return { of, has, fits: (record) => isSurelyWithin(of(record.topic), record) || sizeOf(record) <= of(record.topic) }
}

/** @throws BrokerUnavailable */
export async function readTopicLimits(
  admin: Pick<BrokerAdmin, 'maxMessageBytes'>,
  topics: readonly string[],
): Promise<TopicLimits> {
  return topicLimits(await admin.maxMessageBytes(topics))
}
