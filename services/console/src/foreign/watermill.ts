import type { BrokerRecord } from '@petrel/messaging/operations'
import type { Failed } from './failed.ts'
import { firstText } from './headerValues.ts'

// Watermill: its PoisonQueue middleware (https://watermill.io/docs/middlewares/#poison-queue). It says which topic, and neither
// partition nor offset, and of the error its text alone.
const names = {
  reason: 'reason_poisoned',
  topic: 'topic_poisoned',
  handler: 'handler_poisoned',
  subscriber: 'subscriber_poisoned',
} as const

/** What it adds to a message for its poison queue. */
export const watermillHeaders: readonly string[] = Object.values(names)

/** @returns undefined for a record that Watermill has not written */
export function watermillFailed({
  headers,
  topic: deadLetterTopic,
}: Pick<BrokerRecord, 'headers' | 'topic'>): Failed | undefined {
  const topic = firstText(headers, names.topic)
  if (topic === undefined) return undefined
  return {
    kind: 'watermill',
    endpoint: deadLetterTopic,
    // An error in Go has no name.
    errorType: 'error',
    errorMessage: firstText(headers, names.reason) ?? '',
    handler: firstText(headers, names.handler),
    type: firstText(headers, 'name'),
    id: firstText(headers, '_watermill_message_uuid'),
    topic,
  }
}
