import { randomUUID } from 'node:crypto'
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { silentLog } from '../../log.ts'
import { collect, eventually, recordingListener } from '../conformance/fixture.ts'
import type { Broker, BrokerRecord } from '../port.ts'
import { kafkajsBroker } from './broker.ts'

const config = {
  'cleanup.policy': 'compact',
  'segment.ms': '1',
  'min.cleanable.dirty.ratio': '0',
  'max.compaction.lag.ms': '1',
  'delete.retention.ms': '0',
}
/** The broker looks for work every 15 s otherwise. */
const cleaner = { name: 'log.cleaner.backoff.ms', value: '100' }

let brokers: string[]
let broker: Broker
const topics: string[] = []

beforeAll(async () => {
  brokers = inject('stack').kafkaBrokers.split(',')
  broker = kafkajsBroker({ brokers, clientId: 'compacted', log: silentLog })
  await setBrokerConfig([cleaner])
})
afterAll(async () => {
  await setBrokerConfig([])
  await broker.admin.deleteTopics(topics)
  await broker.close()
})

async function compactedTopic(): Promise<string> {
  const topic = `compacted.${randomUUID()}`
  topics.push(topic)
  await broker.admin.createTopics([{ topic, partitions: 1, config }])
  return topic
}

async function setBrokerConfig(configEntries: { name: string; value: string }[]): Promise<void> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.BROKER, name: '1', configEntries }] })
  await admin.disconnect()
}

/** The largest record that fits into a batch: a fetch that brings something before it ends there. */
const large = Buffer.alloc(1_048_400)

/** Writes in one batch. Of an idempotent producer's last batch Kafka keeps the offsets, also when it removes all of its records. */
async function write(topic: string, keys: string, value = Buffer.from('any')): Promise<void> {
  const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  await producer.send({ topic, messages: keys.split('').map((key) => ({ key, value, partition: 0 })) })
  await producer.disconnect()
}

const keys = (records: readonly BrokerRecord[]) => new Set(records.map(({ key }) => String(key)))

test.each([
  { removed: 'the end of a batch', first: 'abcd' },
  { removed: 'a whole batch', first: 'ab' },
])('after compaction has removed $removed, readers and subscribers get to the end and skip nothing', async ({ first }) => {
  const topic = await compactedTopic()
  const read = () => collect(broker.admin.read(topic))
  for (const keys of [first, 'cd']) await write(topic, keys)
  await write(topic, 'z', large)
  await eventually(async () => {
    await write(topic, 'cd')
    expect((await read()).map(({ offset }) => offset)).not.toContain(BigInt(first.length))
  })
  const [end] = await broker.admin.offsets(topic)
  const { listener, received } = recordingListener()
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener })
  await eventually(() => expect(received.at(-1)?.offset).toBe((end?.latest ?? 0n) - 1n))
  expect(keys(received)).toEqual(new Set('abcdz'))
  expect(keys(await read())).toEqual(new Set('abcdz'))
  await subscription.stop()
})
