import type { BrokerRecord, RecordHeaders } from '../broker/port.ts'
import { ce, failure, headerText } from '../headers.ts'

/** A record and what its headers say; the body is not looked at. */
export interface Envelope {
  readonly record: BrokerRecord
  /** What inboxes dedupe on. A record from elsewhere without `ce_id` is known by where it lay first. */
  readonly id: string
  /** `ce_type`; undefined on a record from elsewhere. */
  readonly typeName: string | undefined
  readonly conversationId: string
  readonly causationId: string | undefined
  readonly time: Date
  /** Tries before this delivery. */
  readonly attempts: number
  readonly delayedRetries: number
  /** Where it lay first: itself, unless it comes from a retry or replay topic. */
  readonly original: { readonly topic: string; readonly partition: number; readonly offset: string }
}

export function openEnvelope(record: BrokerRecord): Envelope {
  const { headers } = record
  const original = originOf(record)
  const id = headerText(headers, ce.id) || `${original.topic}/${original.partition}/${original.offset}`
  const time = Date.parse(headerText(headers, ce.time) ?? '')
  return {
    record,
    id,
    typeName: headerText(headers, ce.type),
    conversationId: headerText(headers, ce.conversationId) ?? id,
    causationId: headerText(headers, ce.causationId),
    time: new Date(Number.isNaN(time) ? record.timestamp : time),
    attempts: count(headers, failure.attempts),
    delayedRetries: count(headers, failure.delayedRetries),
    original,
  }
}

/** When a record may be handled, in milliseconds since the epoch; 0 for at once. */
export function dueAt(headers: RecordHeaders): number {
  return count(headers, failure.dueAt)
}

function originOf({ headers, topic, partition, offset }: BrokerRecord): Envelope['original'] {
  const originalTopic = headerText(headers, failure.originalTopic)
  if (originalTopic === undefined) return { topic, partition, offset: String(offset) }
  return {
    topic: originalTopic,
    partition: count(headers, failure.originalPartition),
    offset: headerText(headers, failure.originalOffset) ?? '0',
  }
}

/** A header that counts; anything but a non-negative whole number (it may come from elsewhere) is 0. */
function count(headers: RecordHeaders, name: string): number {
  const value = Number(headerText(headers, name) ?? 0)
  return Number.isSafeInteger(value) && value >= 0 ? value : 0
}
