import type { BrokerRecord, RecordHeaders } from '@petrel/messaging/operations'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryHeaders } from '../../../../packages/messaging/src/broker/conformance/arbitraryHeaders.ts'
import { letterOf } from './letter.ts'
import { recorded } from './testing/recorded.ts'

const letters = (by: Parameters<typeof recorded>[0]) => recorded(by).map((record) => letterOf(record, ''))

test('a dead letter of Spring Kafka says who failed, with what, and where the record came from', () => {
  const [failed, undecodable] = letters('springKafka')
  expect(failed).toMatchObject({
    foreign: 'spring',
    endpoint: 'spring-sales',
    errorType: 'java.lang.IllegalStateException',
    errorMessage: 'permanent failure seq=3',
    type: 'sales.PlaceOrder',
    key: 'k3',
    attempts: 1,
    original: { topic: 'spring-place-order', partition: 0, offset: '0' },
    deadLetter: { topic: 'spring-place-order-dlt', partition: 0, offset: '0' },
    refusedBy: 'spring-place-order',
    sentAt: new Date(0x1a21cba0ebb).toISOString(),
  })
  expect(failed?.errorStack).toContain('at sales.OrderService.place(OrderService.java:21)')
  expect(undecodable).toMatchObject({
    errorType: 'org.springframework.kafka.support.serializer.DeserializationException',
    errorMessage: 'failed to deserialize',
    original: { topic: 'spring-place-order', partition: 0, offset: '1' },
  })
})

test('of a record that went through retry topics the first origin counts, and the tries are known', () => {
  expect(letters('springRetryableTopic')[1]).toMatchObject({
    foreign: 'spring',
    endpoint: 'spring-retry-sales',
    errorMessage: 'permanent failure seq=1',
    attempts: 3,
    original: { topic: 'spring-retried-order', partition: 1, offset: '1' },
  })
})

test('a dead letter of Kafka Connect says which connector could not do what', () => {
  expect(letters('kafkaConnect')[0]).toMatchObject({
    foreign: 'connect',
    endpoint: 'orders-to-file',
    handler: 'VALUE_CONVERTER',
    errorType: 'org.apache.kafka.connect.errors.DataException',
    original: { topic: 'connect-place-order', partition: 0, offset: '1' },
    refusedBy: 'connect-place-order',
  })
})

test('a poisoned message of Watermill says what the handler said', () => {
  const [failed, , undecodable] = letters('watermill')
  expect(failed).toMatchObject({
    foreign: 'watermill',
    endpoint: 'watermill-place-order-poison',
    handler: 'place-order',
    errorType: 'error',
    errorMessage: 'permanent failure',
    refusedBy: 'watermill-place-order',
  })
  expect(undecodable?.errorMessage).toBe("invalid character 't' looking for beginning of object key string")
})

test('a topic is not what decides: Spring may have written an orders.dlt, and Petrel always says so', () => {
  const [springs] = recorded('springKafka')
  const inOurTopic = { ...springs, topic: 'orders.dlt' } as BrokerRecord
  expect(letterOf(inOurTopic, '')).toMatchObject({ foreign: 'spring', endpoint: 'spring-sales' })
  const own = { ...inOurTopic, headers: { ...inOurTopic.headers, 'petrel-error-type': 'TypeError' } }
  expect(letterOf(own, '')).toMatchObject({ foreign: null, endpoint: 'orders', errorType: 'TypeError' })
  expect(letterOf({ ...inOurTopic, headers: {} }, '')).toMatchObject({ foreign: null, endpoint: 'orders' })
})

test('a record that says nothing about itself is shown with what is known: where it is', () => {
  const [record] = recorded('kafkaConnect')
  expect(letterOf({ ...record, headers: {} } as BrokerRecord, '')).toMatchObject({
    foreign: 'other',
    endpoint: 'connect-place-order-dlq',
    original: { topic: 'connect-place-order-dlq', partition: 0, offset: '0' },
    refusedBy: undefined,
  })
})

test('each message is one of its own, and the same when it is read again', () => {
  for (const by of ['springKafka', 'springRetryableTopic', 'kafkaConnect', 'watermill'] as const) {
    const identities = letters(by).map(({ endpoint, identity }) => JSON.stringify([endpoint, identity]))
    expect(new Set(identities).size).toBe(identities.length)
    expect(letters(by).map(({ endpoint, identity }) => JSON.stringify([endpoint, identity]))).toEqual(identities)
  }
})

const names = fc.constantFrom(
  'kafka_dlt-original-topic',
  'kafka_dlt-original-partition',
  'kafka_dlt-original-offset',
  'kafka_original-topic',
  'kafka_original-timestamp',
  'kafka_dlt-original-consumer-group',
  'kafka_dlt-exception-message',
  'retry_topic-attempts',
  '__connect.errors.topic',
  '__connect.errors.partition',
  '__connect.errors.offset',
  'topic_poisoned',
  'reason_poisoned',
  '_watermill_message_uuid',
  'petrel-original-topic',
  'petrel-original-partition',
  'petrel-original-offset',
)
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array)),
  fc.string({ maxLength: 12 }),
  fc.constantFrom('7', '9'.repeat(19)),
)
const knownHeaders = fc
  .array(fc.tuple(names, fc.oneof(bytes, fc.array(bytes, { maxLength: 3 }))), { maxLength: 8 })
  .map((pairs): RecordHeaders => Object.fromEntries(pairs))

test('whatever is in its headers, a record is a letter with values that can be kept', () => {
  fc.assert(
    fc.property(
      knownHeaders,
      arbitraryHeaders,
      fc.constantFrom('orders-dlt', 'orders.dlt'),
      fc.integer(),
      (known, others, topic, timestamp) => {
        const headers = { ...(others as RecordHeaders), ...known }
        const letter = letterOf({ topic, partition: 3, offset: 7n, key: null, value: null, headers, timestamp }, '')
        expect(letter.endpoint).not.toBe('')
        expect(letter.identity.id).not.toBe('')
        expect(letter.errorType).not.toBe('')
        expect(letter.original.partition).toBeLessThan(2 ** 31)
        expect(BigInt(letter.original.offset)).toBeLessThan(2n ** 63n)
        expect(Number.isSafeInteger(letter.attempts)).toBe(true)
        expect(Number.isNaN(Date.parse(letter.failedAt))).toBe(false)
      },
    ),
    { numRuns: 1_000 },
  )
})
