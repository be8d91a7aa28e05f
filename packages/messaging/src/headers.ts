import type { RecordHeaders } from './broker/port.ts'

/** CloudEvents Kafka binding, binary mode (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md), and W3C trace context. */
export const ce = {
  specversion: 'ce_specversion',
  id: 'ce_id',
  type: 'ce_type',
  source: 'ce_source',
  time: 'ce_time',
  conversationId: 'ce_conversationid',
  causationId: 'ce_causationid',
  contentType: 'content-type',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
} as const

/** The value of `content-type`: what a record's body is, behind the five bytes that name its schema. */
export const avroContentType = 'application/avro'

/** Headers that recoverability adds to a record for a retry, postponed or dead letter topic. Bodies are never changed. */
export const failure = {
  /** Tries so far, immediate retries included. */
  attempts: 'petrel-attempts',
  /** How many delayed retries it has had. */
  delayedRetries: 'petrel-delayed-retries',
  /** Milliseconds since the epoch before which a retry must not begin. */
  dueAt: 'petrel-due-at',
  /** Where the record was first appended. */
  originalTopic: 'petrel-original-topic',
  originalPartition: 'petrel-original-partition',
  originalOffset: 'petrel-original-offset',
  /** Milliseconds since the epoch: the original record's own timestamp. */
  originalTimestamp: 'petrel-original-timestamp',
  /** Milliseconds since the epoch: when the message was first postponed since it was sent or replayed. */
  postponedSince: 'petrel-postponed-since',
  /** On a dead letter that the endpoint produced for another topic, which refused it: that topic. A replay sends it there. */
  refusedBy: 'petrel-refused-by',
  /** On a dead letter whose body did not fit: its size in bytes, and its SHA-256 in hex. The record has no value then. */
  bodyBytes: 'petrel-body-bytes',
  bodySha256: 'petrel-body-sha256',
  /** On what stands in for a batch of records that cannot be unpacked: why. */
  unreadable: 'petrel-unreadable',
  errorType: 'petrel-error-type',
  /** Cut at 16 KiB, as is the stack. */
  errorMessage: 'petrel-error-message',
  errorStack: 'petrel-error-stack',
  endpoint: 'petrel-endpoint',
  handler: 'petrel-handler',
  /** ISO 8601, when it failed last. */
  failedAt: 'petrel-failed-at',
  /** On a dead letter that was appended again, since what lies before it is erased: `<dlt topic>/<partition>/<offset>` of its first copy. */
  copyOf: 'petrel-copy-of',
  /** On a replayed record: `<dlt topic>/<partition>/<offset>` it was replayed from. */
  replayOf: 'petrel-replay-of',
} as const

/** The (first) value of a header as text. It never throws, whatever a foreign record has there. */
export function headerText(headers: RecordHeaders, name: string): string | undefined {
  const value: unknown = Object.hasOwn(headers, name) ? headers[name] : undefined
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' || Buffer.isBuffer(first) ? first.toString() : undefined
}
