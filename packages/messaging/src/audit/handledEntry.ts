import type { Tried } from '../engine/attempt.ts'
import type { Envelope } from '../engine/envelope.ts'
import { errorType } from '../engine/errorHeaders.ts'
import { ce, failure, headerText } from '../headers.ts'
import { namesTrace, placeOfTraceId, traceIdOf } from '../tracing/traceContext.ts'
import type { HandledOutcome, SagaStep } from './audit.ts'
import type { AvroWriter } from '../avro/avroWriter.ts'
import { outcomes, sagaChanges } from './schema.ts'

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
 * texts are cut, and numbers that no place has are left out. Field by field in the order of schema.ts, without an object in
 * between: there is an entry for every message.
 */
export function writeHandled(writer: AvroWriter, handling: Handling): void {
  const { delivery, outcome, tries, startedAt, seconds, error, sagaStep } = handling
  const { envelope, route, data, chain } = delivery
  const { record, identity } = envelope
  writer.text(cut(envelope.id))
  writer.text(cut(identity.source))
  writer.optionalText(cutIfAny(envelope.typeName))
  writer.text(cut(envelope.conversationId))
  writer.optionalText(cutIfAny(envelope.causationId))
  writeTraceId(writer, envelope)
  writeKey(writer, record.key)
  writer.text(record.topic)
  writer.long(record.partition)
  writer.long(Number(record.offset))
  writeOrigin(writer, envelope)
  writer.optionalText(route?.handler?.name)
  writer.optionalText(route?.saga?.name)
  // A message of a saga is in the chain of that saga.
  writer.optionalText(route?.saga === undefined || data === undefined ? null : cut(chain))
  writer.long(outcomes.indexOf(outcome))
  writer.long(Math.min(envelope.attempts + tries, largestInt))
  writer.optionalText(error === undefined ? null : cut(errorType(error)))
  writer.long(Math.max(0, envelope.time.getTime()))
  writer.long(startedAt)
  writer.long(Math.round(seconds * 1e6))
  writer.optionalText(cutIfAny(headerText(record.headers, failure.replayOf)))
  writeStep(writer, sagaStep)
}

/** Key and trace are there as bytes: mostly they are only copied. */
function writeKey(writer: AvroWriter, key: Buffer | null): void {
  if (key === null) return writer.none()
  if (!writer.optionalShortBytes(key, 0, key.length)) writer.optionalText(cut(key.toString('utf8', 0, longestBytes)))
}

function writeTraceId(writer: AvroWriter, { record: { headers } }: Envelope): void {
  const header = headers[ce.traceparent]
  if (header === undefined) return writer.none()
  if (Buffer.isBuffer(header) && namesTrace(header) && writer.optionalShortBytes(header, ...placeOfTraceId)) return
  writer.optionalText(traceIdOf(headerText(headers, ce.traceparent)))
}

function writeOrigin(writer: AvroWriter, { original, record }: Envelope): void {
  const offset = Number(original.offset)
  const isHere = original.topic === record.topic && original.partition === record.partition && offset === Number(record.offset)
  if (isHere || original.partition > largestInt || offset > largestLong) {
    writer.none()
    writer.none()
    return writer.none()
  }
  writer.optionalText(cut(original.topic))
  writer.some()
  writer.long(original.partition)
  writer.some()
  writer.long(offset)
}

function writeStep(writer: AvroWriter, step: SagaStep | undefined): void {
  if (step === undefined) return writer.none()
  writer.some()
  writer.long(sagaChanges.indexOf(step.change))
  writer.array(step.timeouts, ({ id, type, dueAt }) => {
    writer.text(id)
    writer.optionalText(type)
    writer.long(dueAt)
  })
}

const largestInt = 2 ** 31 - 1
/** What avsc writes as a long. */
const largestLong = 2 ** 53 - 2

const longest = 512
/** Of so many characters. */
const longestBytes = 4 * longest

const cut = (text: string) => (text.length > longest ? text.slice(0, longest) : text)
const cutIfAny = (text: string | undefined) => (text === undefined ? undefined : cut(text))
