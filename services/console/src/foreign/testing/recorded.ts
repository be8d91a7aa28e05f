import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrokerRecord, RecordHeaders } from '@petrel/messaging/operations'
import { z } from 'zod'

/** Text, or bytes that are none. */
const Bytes = z.union([
  z.string().transform((text) => Buffer.from(text)),
  z.strictObject({ hex: z.string() }).transform(({ hex }) => Buffer.from(hex, 'hex')),
])

const Records = z.array(
  z.strictObject({
    topic: z.string(),
    partition: z.number(),
    offset: z.string().transform(BigInt),
    timestamp: z.number(),
    key: Bytes.nullable(),
    value: Bytes.nullable(),
    headers: z.record(z.string(), z.union([Bytes, z.array(Bytes)])),
  }),
)

/**
 * Dead letters as others wrote them, read from a Kafka 4.1 with every header that they had:
 *
 * - springKafka: Spring Kafka 3.3 (Spring Boot 3.5.16), DefaultErrorHandler with a DeadLetterPublishingRecoverer
 * - springRetryableTopic: the same with @RetryableTopic
 * - kafkaConnect: Kafka Connect 4.1.1, a file sink with the JsonConverter and errors.deadletterqueue.context.headers.enable
 * - watermill: Watermill 1.5 with watermill-kafka 3, middleware PoisonQueue
 *
 * Those that end in Again are what they wrote when the console had sent the first ones back and they failed again.
 */
export type Recorded = 'springKafka' | 'springRetryableTopic' | 'kafkaConnect' | 'watermill'

/** By partition and offset. */
export function recorded(by: Recorded | `${Recorded}Again`): (BrokerRecord & { headers: RecordHeaders })[] {
  return Records.parse(JSON.parse(readFileSync(join(import.meta.dirname, `${by}.json`), 'utf8')))
}
