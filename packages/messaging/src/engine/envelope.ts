import type { BrokerRecord, RecordHeaders } from '../broker/port.ts'
import { ce, failure, headerText } from '../headers.ts'
import type { MessageIdentity } from '../identity.ts'

/** A record and the values of its headers. The body is not decoded yet. */
export interface Envelope {
  readonly record: BrokerRecord
  /** Which message this is. */
  readonly identity: MessageIdentity
  /** For people, logs and causation: `ce_id`, or `<topic>/<partition>/<offset>` of the original record if it has no id. */
  readonly id: string
  /** `ce_type`; undefined on a foreign record. */
  readonly typeName: string | undefined
  readonly conversationId: string
  readonly causationId: string | undefined
  readonly time: Date
  /** Tries before this delivery. */
  readonly attempts: number
  readonly delayedRetries: number
  /** When it was first postponed, in milliseconds since the epoch; 0 when it never was. */
  readonly postponedSince: number
  /** The record as it was first appended: this one, unless it comes from a retry, postponed, replay or dead letter topic. */
  readonly original: Origin
}

/** Where and when a message was first appended. */
export interface Origin {
  readonly topic: string
  readonly partition: number
  readonly offset: string
  /** Milliseconds since the epoch; undefined when the record failed under a version of Petrel that did not keep the time. */
  readonly timestamp: number | undefined
}

/** Opens any record. It never throws, whatever headers a foreign record has. */
export function openEnvelope(record: BrokerRecord): Envelope {
  const { headers } = record
  const original = originOf(record)
  const place = `${original.topic}/${original.partition}/${original.offset}`
  const ownId = headerText(headers, ce.id) || undefined
  const id = ownId ?? place
  return {
    record,
    identity: ownId === undefined ? identityByPlace(original, place) : identityById(headers, ownId, original),
    id,
    typeName: headerText(headers, ce.type),
    conversationId: headerText(headers, ce.conversationId) || id,
    causationId: headerText(headers, ce.causationId) || undefined,
    time: timeOf(record, original),
    attempts: count(headers, failure.attempts),
    delayedRetries: count(headers, failure.delayedRetries),
    postponedSince: count(headers, failure.postponedSince),
    original,
  }
}

/** When a record may be handled, in milliseconds since the epoch; 0 for at once. */
export function dueAt(headers: RecordHeaders): number {
  return count(headers, failure.dueAt)
}

const identityById = (headers: RecordHeaders, id: string, { topic }: Origin): MessageIdentity => ({
  source: headerText(headers, ce.source) || topic,
  id,
  formerId: id,
})

function identityByPlace({ topic, partition, offset, timestamp }: Origin, formerId: string): MessageIdentity {
  const at = timestamp === undefined ? '' : `@${timestamp}`
  return { source: topic, id: `${partition}/${offset}${at}`, formerId }
}

/** The headers count only when topic, partition and offset are all valid: otherwise two messages could look like one. */
function originOf({ headers, topic, partition, offset, timestamp }: BrokerRecord): Origin {
  const own = { topic, partition, offset: String(offset), timestamp }
  const originalTopic = headerText(headers, failure.originalTopic)
  const originalPartition = wholeNumber(headers, failure.originalPartition)
  const originalOffset = headerText(headers, failure.originalOffset)
  if (!originalTopic || !isPartition(originalPartition) || !isOffset(originalOffset)) return own
  return {
    topic: originalTopic,
    partition: originalPartition,
    offset: originalOffset,
    timestamp: timestampIn(headers),
  }
}

/** Any that the broker has let a stranger write, back from the text: negative ones, too, and nanoseconds. */
function timestampIn(headers: RecordHeaders): number | undefined {
  const value = Number(headerText(headers, failure.originalTimestamp) || Number.NaN)
  return Number.isInteger(value) ? value : undefined
}

/** `ce_time`, or else when the message was first appended. In a foreign record each may be an invalid date. */
function timeOf({ headers, timestamp }: BrokerRecord, original: Origin): Date {
  for (const time of [Date.parse(headerText(headers, ce.time) ?? ''), original.timestamp ?? Number.NaN, timestamp]) {
    const date = new Date(time)
    if (!Number.isNaN(date.getTime())) return date
  }
  return new Date(0)
}

// Kafka's partitions are int32, and its offsets int64.
const isPartition = (number: number | undefined): number is number => number !== undefined && number < 2 ** 31
const isOffset = (text: string | undefined): text is string =>
  text !== undefined && /^\d{1,19}$/.test(text) && BigInt(text) < 2n ** 63n

/** The number in a header. It is 0 for anything but a non-negative whole number: the record may be foreign. */
const count = (headers: RecordHeaders, name: string): number => wholeNumber(headers, name) ?? 0

function wholeNumber(headers: RecordHeaders, name: string): number | undefined {
  const text = headerText(headers, name)
  const value = text ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined
}
