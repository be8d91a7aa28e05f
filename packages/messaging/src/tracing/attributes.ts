import type { Envelope } from '../engine/envelope.ts'
import { attributesOfSpan, encoded, writeAttributes } from './encodeSpan.ts'
import { attributeKey, type ProtobufWriter } from './protobuf.ts'
import type { SpanAttributes } from './span.ts'

// OpenTelemetry's conventions for messaging (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/) and for
// Kafka, as of 1.45. `petrel.*` is what they have no name for.

export const operationAttributes = (name: 'process' | 'send', topic: string): SpanAttributes => ({
  'messaging.system': 'kafka',
  'messaging.operation.name': name,
  'messaging.operation.type': name,
  'messaging.destination.name': topic,
})

export const consumerAttributes = (topic: string, group: string): SpanAttributes => ({
  ...operationAttributes('process', topic),
  'messaging.consumer.group.name': group,
})

export const routeAttributes = (partition: number, type: string, handler: string): SpanAttributes => ({
  'messaging.destination.partition.id': String(partition),
  'petrel.message.type': type,
  'petrel.handler': handler,
})

const offset = attributeKey('messaging.kafka.offset')
const messageId = attributeKey('messaging.message.id')
const conversationId = attributeKey('messaging.message.conversation_id')
const waited = attributeKey('petrel.waited_ms')

/** What no other message has. @param at when it began to be handled, in milliseconds since the epoch */
export function writeMessage(writer: ProtobufWriter, { record, id, conversationId: conversation }: Envelope, at: number): void {
  writer.attribute(attributesOfSpan, offset, Number(record.offset))
  writeMessageId(writer, id)
  writer.attribute(attributesOfSpan, conversationId, conversation)
  // How long it lay in its topic. A foreign record can claim any time.
  writer.attribute(attributesOfSpan, waited, Math.max(0, Math.floor(at) - record.timestamp))
}

export const writeMessageId = (writer: ProtobufWriter, id: string): void => writer.attribute(attributesOfSpan, messageId, id)

const tryAttributes = (attempt: number, outcome: string | undefined): SpanAttributes => ({
  'petrel.attempt': attempt,
  ...(outcome !== undefined && { 'petrel.outcome': outcome }),
})

/** Nearly all messages are. */
const handledAtOnce = encoded((writer) => writeAttributes(writer, attributesOfSpan, tryAttributes(1, 'handled')))

/** @param outcome undefined where the span of a batch says it */
export function writeTry(writer: ProtobufWriter, attempt: number, outcome: string | undefined): void {
  if (attempt === 1 && outcome === 'handled') writer.fields(handledAtOnce)
  else writeAttributes(writer, attributesOfSpan, tryAttributes(attempt, outcome))
}

export const batchAttributes = (handler: string, messages: number): SpanAttributes => ({
  'messaging.batch.message_count': messages,
  'petrel.handler': handler,
})

export const databaseAttributes = (operationName: string): SpanAttributes => ({
  'db.system.name': 'postgresql',
  'db.operation.name': operationName,
})
