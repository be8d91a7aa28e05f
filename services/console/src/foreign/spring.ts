import type { BrokerRecord } from '@petrel/messaging/operations'
import type { Failed } from './failed.ts'
import { firstBinary, firstText, lastBinary, lastText } from './headerValues.ts'

// Spring Kafka: its DeadLetterPublishingRecoverer and its @RetryableTopic say the same under two prefixes
// (https://docs.spring.io/spring-kafka/reference/kafka/annotation-error-handling.html#dead-letters). Numbers are binary. Where a
// record came from is appended each time, and the first is the origin; what went wrong is that of the last time.
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
const ofRetryTopics = ['retry_topic-attempts', 'retry_topic-backoff-timestamp', 'retry_topic-original-timestamp']
const ofDeserializers = ['springDeserializerExceptionKey', 'springDeserializerExceptionValue']

/** What it adds to a record for its retry and dead letter topics. */
export const springHeaders: readonly string[] = [
  ...prefixes.flatMap((prefix) => names.map((name) => prefix + name)),
  ...ofRetryTopics,
  ...ofDeserializers,
]

/** @returns undefined for a record that Spring has not written */
export function springFailed({ headers, topic: deadLetterTopic }: Pick<BrokerRecord, 'headers' | 'topic'>): Failed | undefined {
  const prefix = prefixes.find((each) => firstText(headers, `${each}original-topic`) !== undefined)
  if (prefix === undefined) return undefined
  const text = (name: string) => lastText(headers, prefix + name)
  const topic = firstText(headers, `${prefix}original-topic`)
  const [partition, offset, timestamp] = ['partition', 'offset', 'timestamp'].map((name) =>
    firstBinary(headers, `${prefix}original-${name}`),
  )
  return {
    kind: 'spring',
    endpoint: firstText(headers, `${prefix}original-consumer-group`) ?? deadLetterTopic,
    // The outermost is its own, "the listener threw".
    errorType: text('exception-cause-fqcn') ?? text('exception-fqcn') ?? text('key-exception-fqcn') ?? 'Exception',
    errorMessage: text('exception-message') ?? text('key-exception-message') ?? '',
    errorStack: text('exception-stacktrace') ?? text('key-exception-stacktrace'),
    type: firstText(headers, '__TypeId__'),
    attempts: lastBinary(headers, 'retry_topic-attempts'),
    topic,
    place:
      topic !== undefined && partition !== undefined && offset !== undefined ? { topic, partition, offset, timestamp } : undefined,
  }
}
