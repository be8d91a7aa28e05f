import type { BrokerRecord } from '../broker/port.ts'
import type { Delivery } from '../engine/delivery.ts'
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

/** What is of the message alone. */
export function messageAttributes({ envelope, route }: Delivery, attempt: number): SpanAttributes {
  const { record, id, conversationId, typeName } = envelope
  return {
    'messaging.destination.partition.id': String(record.partition),
    'messaging.kafka.offset': Number(record.offset),
    'messaging.message.id': id,
    'messaging.message.conversation_id': conversationId,
    'petrel.message.type': typeName ?? route?.type.fullName ?? '',
    'petrel.handler': route?.name ?? '',
    'petrel.attempt': attempt,
    'petrel.waited_ms': waitedMs(record),
  }
}

export const batchAttributes = (handler: string, messages: number): SpanAttributes => ({
  'messaging.batch.message_count': messages,
  'petrel.handler': handler,
})

export const databaseAttributes = (operationName: string): SpanAttributes => ({
  'db.system.name': 'postgresql',
  'db.operation.name': operationName,
})

/** How long it lay in its topic. A foreign record can claim any time. */
const waitedMs = ({ timestamp }: BrokerRecord) => Math.max(0, Date.now() - timestamp)
