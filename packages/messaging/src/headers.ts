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

/** What recoverability adds to a record on its way to a retry or dead letter topic. Bodies are never changed. */
export const failure = {
  /** Tries so far, immediate ones included. */
  attempts: 'petrel-attempts',
  /** How many delayed retries it has had. */
  delayedRetries: 'petrel-delayed-retries',
  /** Milliseconds since the epoch before which a retry must not begin. */
  dueAt: 'petrel-due-at',
  /** Where the record lay first. */
  originalTopic: 'petrel-original-topic',
  originalPartition: 'petrel-original-partition',
  originalOffset: 'petrel-original-offset',
  errorType: 'petrel-error-type',
  /** Cut at 16 KiB, as is the stack. */
  errorMessage: 'petrel-error-message',
  errorStack: 'petrel-error-stack',
  endpoint: 'petrel-endpoint',
  handler: 'petrel-handler',
  /** ISO 8601, when it failed last. */
  failedAt: 'petrel-failed-at',
  /** On a replayed record: `<dlt topic>/<partition>/<offset>` it was replayed from. */
  replayOf: 'petrel-replay-of',
} as const

/** A header's (first) value as text. */
export function headerText(headers: RecordHeaders, name: string): string | undefined {
  const value = headers[name]
  const first = typeof value === 'object' && !Buffer.isBuffer(value) ? value[0] : value
  return first?.toString()
}
