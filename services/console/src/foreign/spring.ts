import type { BrokerRecord } from '@petrel/messaging/operations'
import { type Failed, placeOf } from './failed.ts'
import { firstBinary, firstText, lastBinary, lastText } from './headerValues.ts'

// Spring Kafka: its DeadLetterPublishingRecoverer and its @RetryableTopic say the same under two prefixes, which a record may mix
// (https://docs.spring.io/spring-kafka/reference/kafka/annotation-error-handling.html#dead-letters). Numbers are binary. What is
// said about the origin may be said again with each failing, and the first is true; of an error, it is the last.
const prefixes = ['kafka_dlt-', 'kafka_'] as const

const names = [
  'original-topic',
  'original-partition',
  'original-offset',
  'original-timestamp',
  'original-timestamp-type',
  'original-consumer-group',
  'exception-fqcn',
  'exception-cause-fqcn',
  'exception-message',
  'exception-stacktrace',
  'key-exception-fqcn',
  'key-exception-message',
  'key-exception-stacktrace',
]
const attempts = 'retry_topic-attempts'

/** What it adds to a record for its retry and dead letter topics. */
export const springHeaders: readonly string[] = [
  ...prefixes.flatMap((prefix) => names.map((name) => prefix + name)),
  attempts,
  'retry_topic-backoff-timestamp',
  'retry_topic-original-timestamp',
  'springDeserializerExceptionKey',
  'springDeserializerExceptionValue',
]

/** @returns undefined for a record that Spring has not written */
export function springFailed({ headers, topic: deadLetterTopic }: Pick<BrokerRecord, 'headers' | 'topic'>): Failed | undefined {
  const first = (name: string) => firstOf((prefix) => firstText(headers, prefix + name))
  const last = (name: string) => firstOf((prefix) => lastText(headers, prefix + name))
  const number = (name: string) => firstOf((prefix) => firstBinary(headers, prefix + name))
  const topic = first('original-topic')
  if (topic === undefined) return undefined
  return {
    kind: 'spring',
    endpoint: first('original-consumer-group') ?? deadLetterTopic,
    // The outermost error is Spring's own: "the listener threw".
    errorType: last('exception-cause-fqcn') ?? last('exception-fqcn') ?? last('key-exception-fqcn') ?? 'Exception',
    errorMessage: withoutWrapper(last('exception-message') ?? last('key-exception-message') ?? ''),
    errorStack: last('exception-stacktrace') ?? last('key-exception-stacktrace'),
    type: firstText(headers, '__TypeId__'),
    attempts: triesBefore(lastBinary(headers, attempts)),
    topic,
    place: placeOf(topic, number('original-partition'), number('original-offset'), number('original-timestamp')),
  }
}

function firstOf<T>(find: (prefix: string) => T | undefined): T | undefined {
  for (const prefix of prefixes) {
    const found = find(prefix)
    if (found !== undefined) return found
  }
  return undefined
}

/** `Listener failed; the till is closed`: what the listener said comes last. */
const withoutWrapper = (message: string): string => message.replace(/^Listener (?:failed|method '.*' threw exception); /s, '')

/** The header counts the try that is next, and reading the dead letter topic counts as one. */
const triesBefore = (next: bigint | undefined): bigint | undefined => (next !== undefined && next > 1n ? next - 1n : undefined)
