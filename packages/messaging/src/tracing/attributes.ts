import type { Attributes } from '@opentelemetry/api'
import type { BrokerRecord } from '../broker/port.ts'
import type { Delivery } from '../engine/delivery.ts'

// OpenTelemetry's conventions for messaging (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/) and for
// Kafka, as of 1.45. `petrel.*` is what they have no name for.

export function processAttributes({ envelope, route }: Delivery, group: string, attempt: number): Attributes {
  const { record, id, conversationId, typeName } = envelope
  return {
    ...operation('process', record.topic),
    'messaging.consumer.group.name': group,
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

export function batchAttributes(topic: string, group: string, handler: string, messages: number): Attributes {
  return {
    ...operation('process', topic),
    'messaging.consumer.group.name': group,
    'messaging.batch.message_count': messages,
    'petrel.handler': handler,
  }
}

/** Each attribute is half a microsecond when it is exported: whoever handles the message says the rest of it. */
export const sendAttributes = (topic: string, id: string): Attributes => ({
  ...operation('send', topic),
  'messaging.message.id': id,
})

export const databaseAttributes = (operationName: string): Attributes => ({
  'db.system.name': 'postgresql',
  'db.operation.name': operationName,
})

const operation = (name: 'process' | 'send', topic: string): Attributes => ({
  'messaging.system': 'kafka',
  'messaging.operation.name': name,
  'messaging.operation.type': name,
  'messaging.destination.name': topic,
})

/** How long it lay in its topic. A foreign record can claim any time. */
const waitedMs = ({ timestamp }: BrokerRecord) => Math.max(0, Date.now() - timestamp)
