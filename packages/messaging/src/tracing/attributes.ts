import type { Envelope } from '../engine/envelope.ts'
import { encoded, writeAttributes } from './encodeSpan.ts'
import type { SpanAttributes } from './span.ts'
import { spanAttribute, type SpanWriter } from './spanWriter.ts'

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

const offset = spanAttribute('messaging.kafka.offset')
const messageId = spanAttribute('messaging.message.id')
const conversationId = spanAttribute('messaging.message.conversation_id')
const waited = spanAttribute('petrel.waited_ms')

/** What no other message has. @param at when it began to be handled, in milliseconds since the epoch */
export function writeMessage(writer: SpanWriter, { record, id, conversationId: conversation }: Envelope, at: number): void {
  writer.attribute(offset, Number(record.offset))
  writeMessageId(writer, id)
  writer.attribute(conversationId, conversation)
  // How long it lay in its topic. A foreign record can claim any time.
  writer.attribute(waited, Math.max(0, Math.floor(at) - record.timestamp))
}

export const writeMessageId = (writer: SpanWriter, id: string): void => writer.attribute(messageId, id)

const tryAttributes = (attempt: number, outcome: string | undefined): SpanAttributes => ({
  'petrel.attempt': attempt,
  ...(outcome !== undefined && { 'petrel.outcome': outcome }),
})

/** Nearly all messages are. */
const handledAtOnce = encoded((writer) => writeAttributes(writer, tryAttributes(1, 'handled')))

/** @param outcome undefined where the span of a batch says it */
export function writeTry(writer: SpanWriter, attempt: number, outcome: string | undefined): void {
  if (attempt === 1 && outcome === 'handled') writer.fields(handledAtOnce)
  else writeAttributes(writer, tryAttributes(attempt, outcome))
}

export const batchAttributes = (handler: string, messages: number): SpanAttributes => ({
  'messaging.batch.message_count': messages,
  'petrel.handler': handler,
})

export const databaseAttributes = (operationName: string): SpanAttributes => ({
  'db.system.name': 'postgresql',
  'db.operation.name': operationName,
})
