import { createHash } from 'node:crypto'
import type { OutgoingRecord, RecordHeaders, RecordRefused } from '../broker/port.ts'
import { ce, failure } from '../headers.ts'
import { dltTopic } from '../naming.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'
import { errorHeaders } from './errorHeaders.ts'
import type { TopicLimits } from './topicLimits.ts'

// A topic that refuses a record refuses it every time. So the record is not tried again, it becomes a dead letter. When the
// dead letter topic refuses it too, it is made smaller: first its body is left out, then the headers that do not identify it.

/** A dead letter that its topic takes: unchanged if it fits, and otherwise with a digest instead of its body. */
export function fitDeadLetter(record: OutgoingRecord, limits: TopicLimits): OutgoingRecord {
  if (limits.fits(record)) return record
  const parked = withoutBody(record)
  return limits.fits(parked) ? parked : withNeededHeaders(parked)
}

/** The dead letter for a record that its topic has refused. @returns undefined when the dead letter topic refuses even the smallest one */
export function parkRefused(
  { endpoint, prefix, limits }: Pick<EndpointRuntime, 'endpoint' | 'prefix' | 'limits'>,
  { record, message }: RecordRefused,
): OutgoingRecord | undefined {
  const topic = prefix + dltTopic(endpoint.name)
  if (record.topic === topic) return smaller(record)
  // A record with an original topic is a message that comes back to this endpoint. So does its replay.
  const comesBack = record.headers[failure.originalTopic] !== undefined
  const headers: RecordHeaders = {
    ...record.headers,
    ...(comesBack ? {} : { [failure.refusedBy]: record.topic }),
    ...errorHeaders(new RefusedByTopic(message)),
    [failure.endpoint]: endpoint.name,
    [failure.failedAt]: new Date().toISOString(),
  }
  return fitDeadLetter({ topic, key: record.key, value: record.value, headers }, limits)
}

class RefusedByTopic extends Error {
  override readonly name = 'RecordRefused'
}

function smaller(record: OutgoingRecord): OutgoingRecord | undefined {
  if (record.value !== null) return withoutBody(record)
  const least = withNeededHeaders(record)
  return Object.keys(least.headers).length < Object.keys(record.headers).length || record.key !== least.key ? least : undefined
}

function withoutBody(record: OutgoingRecord): OutgoingRecord {
  if (record.value === null) return record
  const digest = {
    [failure.bodyBytes]: String(record.value.length),
    [failure.bodySha256]: createHash('sha256').update(record.value).digest('hex'),
  }
  return { ...record, value: null, headers: { ...record.headers, ...digest } }
}

const needed: readonly string[] = [
  ce.id,
  ce.source,
  ce.type,
  failure.originalTopic,
  failure.originalPartition,
  failure.originalOffset,
  failure.originalTimestamp,
  failure.refusedBy,
  failure.bodyBytes,
  failure.bodySha256,
  failure.errorType,
  failure.endpoint,
  failure.failedAt,
]
const longestKeptBytes = 1_024

const isSmall = (value: unknown) =>
  (typeof value === 'string' || Buffer.isBuffer(value)) && Buffer.byteLength(value) <= longestKeptBytes

/** Keeps only the headers that identify the message. A header or key that is large itself is dropped. */
function withNeededHeaders(record: OutgoingRecord): OutgoingRecord {
  const headers = Object.fromEntries(
    needed.filter((name) => isSmall(record.headers[name])).map((name) => [name, record.headers[name]]),
  )
  return { ...record, key: isSmall(record.key) ? record.key : null, headers }
}
