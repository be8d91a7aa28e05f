import type { BrokerRecord } from '@petrel/messaging/operations'
import { type Failed, placeOf } from './failed.ts'
import { firstDecimal, firstText } from './headerValues.ts'

// Kafka Connect: a sink's dead letter queue (KIP-298, https://cwiki.apache.org/confluence/x/OhyzBQ), where
// errors.deadletterqueue.context.headers.enable is true; without it the records say nothing. All values are text.
const prefix = '__connect.errors.'

/** Whether Connect adds this header. */
export const isConnectHeader = (name: string): boolean => name.startsWith(prefix)

/** @returns undefined for a record that Connect has not written */
export function connectFailed({ headers, topic: deadLetterTopic }: Pick<BrokerRecord, 'headers' | 'topic'>): Failed | undefined {
  const text = (name: string) => firstText(headers, prefix + name)
  const topic = text('topic')
  const connector = text('connector.name')
  if (topic === undefined && connector === undefined) return undefined
  return {
    kind: 'connect',
    endpoint: connector ?? deadLetterTopic,
    errorType: text('exception.class.name') ?? 'Exception',
    errorMessage: text('exception.message') ?? '',
    errorStack: text('exception.stacktrace'),
    handler: text('stage'),
    topic,
    place: placeOf(topic, firstDecimal(headers, `${prefix}partition`), firstDecimal(headers, `${prefix}offset`)),
  }
}
