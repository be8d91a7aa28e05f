import type { Tried } from '../engine/attempt.ts'
import type { Envelope } from '../engine/envelope.ts'
import { errorType } from '../engine/errorHeaders.ts'
import { ce, failure, headerText } from '../headers.ts'
import { traceIdOf } from '../tracing/traceContext.ts'
import type { HandledEntry, HandledOutcome, SagaStep } from './audit.ts'

/** What became of a delivery. */
export interface Handling extends Tried {
  readonly outcome: HandledOutcome
  /** What its handler has thrown. */
  readonly error?: unknown
  /** What it has done to its saga. */
  readonly sagaStep?: SagaStep
}

/**
 * What the audit says of a delivery: ids and key, never the body. It must fit the schema whatever a foreign record has: so
 * texts are cut, and numbers that no place has are left out.
 */
export function handledEntry({ delivery, outcome, tries, startedAt, seconds, error, sagaStep }: Handling): HandledEntry {
  const { envelope, route, data, chain } = delivery
  const { record, identity } = envelope
  return {
    id: cut(envelope.id),
    source: cut(identity.source),
    type: cutOrNull(envelope.typeName),
    conversationId: cut(envelope.conversationId),
    causationId: cutOrNull(envelope.causationId),
    traceId: traceIdOf(headerText(record.headers, ce.traceparent)) ?? null,
    key: cutOrNull(record.key?.toString('utf8', 0, longestBytes)),
    topic: record.topic,
    partition: record.partition,
    offset: Number(record.offset),
    ...originOf(envelope),
    handler: route?.handler?.name ?? null,
    saga: route?.saga?.name ?? null,
    // A message of a saga is in the chain of that saga.
    sagaId: route?.saga === undefined || data === undefined ? null : cut(chain),
    outcome,
    attempt: Math.min(envelope.attempts + tries, largestInt),
    errorType: error === undefined ? null : cut(errorType(error)),
    sentAt: Math.max(0, envelope.time.getTime()),
    startedAt,
    durationUs: Math.round(seconds * 1e6),
    replayOf: cutOrNull(headerText(record.headers, failure.replayOf)),
    sagaStep: sagaStep ?? null,
  }
}

const here = { originalTopic: null, originalPartition: null, originalOffset: null }

function originOf({ original, record }: Envelope): Pick<HandledEntry, keyof typeof here> {
  const offset = Number(original.offset)
  const isHere = original.topic === record.topic && original.partition === record.partition && offset === Number(record.offset)
  if (isHere || original.partition > largestInt || offset > largestLong) return here
  return { originalTopic: cut(original.topic), originalPartition: original.partition, originalOffset: offset }
}

const largestInt = 2 ** 31 - 1
/** What avsc writes as a long. */
const largestLong = 2 ** 53 - 2

const longest = 512
/** Of so many characters. */
const longestBytes = 4 * longest

const cut = (text: string) => (text.length > longest ? text.slice(0, longest) : text)
const cutOrNull = (text: string | undefined) => (text === undefined ? null : cut(text))
