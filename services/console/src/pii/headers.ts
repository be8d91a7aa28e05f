import { hidden, textMask } from './text.ts'

/**
 * What may be done with a header. `own`: seen and changed. `locked`: seen, and never changed by hand, because the bus reads it.
 * `sensitive`: named like a secret, seen and changed by operators only.
 */
export type HeaderKind = 'own' | 'locked' | 'sensitive'

export interface ShownHeader {
  readonly name: string
  /** As text; bytes that are no UTF-8 in hex, with `0x` in front. */
  readonly value: string
  readonly kind: HeaderKind
}

/** @param name of a header; its case does not count */
export function headerKind(name: string): HeaderKind {
  const lower = name.toLowerCase()
  if (lockedNames.has(lower) || lockedBeginnings.some((beginning) => lower.startsWith(beginning))) return 'locked'
  return secret.test(lower) ? 'sensitive' : 'own'
}

/** CloudEvents and recoverability; what others' dead letters are found by (Spring Kafka, Kafka Connect, Watermill). */
const lockedBeginnings = ['ce_', 'petrel-', 'kafka_dlt-', 'kafka_original-', '__connect.errors.', '_watermill_']
const lockedNames = new Set([
  'content-type',
  'traceparent',
  'tracestate',
  'topic_poisoned',
  'reason_poisoned',
  'handler_poisoned',
  'subscriber_poisoned',
])

const secret = /auth|token|secret|passw|cookie|credential|api[-_]?key|session|signature/

/** Headers as a reader sees them. @param personal what is hidden in the body */
export function maskHeaders(headers: readonly ShownHeader[], personal: readonly string[] = []): ShownHeader[] {
  const mask = textMask(personal)
  return headers.map((header) => ({ ...header, value: header.kind === 'sensitive' ? hidden : mask(header.value) }))
}
