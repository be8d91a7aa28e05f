import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { type Log, silentLog } from '../../log.ts'
import { eventually, record, recordingListener } from '../conformance/fixture.ts'
import type { Broker } from '../port.ts'
import { kafkajsBroker } from './broker.ts'

const day = 86_400_000
const spec = (topic: string) => ({ topic, partitions: 1, config: { 'retention.ms': '-1' } })

let brokers: string[]
let broker: Broker
const said: { readonly message: string; readonly details: object }[] = []
const log: Log = { ...silentLog, error: (details, message) => void said.push({ details, message }) }
const topics: string[] = []

beforeAll(() => {
  brokers = inject('stack').kafkaBrokers.split(',')
  broker = kafkajsBroker({ brokers, clientId: 'out-of-range', log })
})
afterAll(async () => {
  await broker.admin.deleteTopics(topics)
  await broker.close()
})

async function newTopic(): Promise<string> {
  const topic = `out-of-range.${randomUUID()}`
  topics.push(topic)
  await broker.admin.createTopics([spec(topic)])
  return topic
}

/** A record that was appended so many days ago. */
async function publishOld(topic: string, value: string, days: number): Promise<void> {
  const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  const timestamp = String(Date.now() - days * day)
  await producer.send({ topic, acks: -1, messages: [{ key: value, value, timestamp }] })
  await producer.disconnect()
}

test('a group whose records the broker has lost reads again what its inbox remembers, and not what is older', async () => {
  const [topic, group] = [await newTopic(), randomUUID()]
  for (const [value, days] of [
    ['month', 30],
    ['week', 8],
    ['now', 1],
  ] as const)
    await publishOld(topic, value, days)
  await broker.admin.commit(group, [{ topic, partition: 0, offset: 100n }])
  const { listener, values } = recordingListener()

  const subscription = await broker.subscribe({ group, topics: [topic], listener })
  onTestFinished(() => subscription.stop())

  await eventually(() => expect(values()).toEqual(['now']))
  await broker.publish([record(topic, 0, 'next')])
  await eventually(() => expect(values()).toEqual(['now', 'next']))
  expect(said).toContainEqual({
    message: expect.stringMatching(/^the broker has lost records that were read/),
    details: expect.objectContaining({ group, topic, partition: 0, offset: '100', end: '3', from: '2' }),
  })
})

test.each([
  ['however old its records say they are', 1],
  ['also when it has more records than were read of the former one', 9],
])('a topic that is made again under a running member is read from its beginning, %s', async (_how, more) => {
  const [topic, group] = [await newTopic(), randomUUID()]
  await broker.publish(['a', 'b', 'c'].map((value) => record(topic, 0, value)))
  const { listener, values } = recordingListener()
  const goOnFrom = async () => [{ topic, partition: 0, offset: 1n, at: new Date() }]
  const subscription = await broker.subscribe({ group, topics: [topic], listener, goOnFrom })
  onTestFinished(() => subscription.stop())
  await eventually(() => expect(values()).toEqual(['b', 'c']))

  await broker.admin.deleteTopics([topic])
  await eventually(async () => expect(await broker.admin.partitions([topic])).toEqual(new Map()))
  await broker.admin.createTopics([spec(topic)])
  await publishOld(topic, 'old', 30)
  const added = Array.from({ length: more }, (_, index) => `new ${index}`)
  await broker.publish(added.map((value) => record(topic, 0, value)))

  await eventually(() => expect([...new Set(values().slice(2))].toSorted()).toEqual([...added, 'old'].toSorted()))
})
