import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { expect, inject, onTestFinished, test } from 'vitest'
import { silentLog } from '../../log.ts'
import { eventually, recordingListener } from '../conformance/fixture.ts'
import { kafkajsBroker } from './broker.ts'

/** A topic with these records in its one partition, of which the broker has deleted those before an offset. */
async function shortenedTopic(records: readonly string[], deletedBefore: number) {
  const brokers = inject('stack').kafkaBrokers.split(',')
  const broker = kafkajsBroker({ brokers, clientId: 'lost', log: silentLog })
  const topic = `lost.${randomUUID()}`
  onTestFinished(async () => {
    await broker.admin.deleteTopics([topic])
    await broker.close()
  })
  await broker.admin.createTopics([{ topic, partitions: 1, config: {} }])
  await broker.publish(records.map((value) => ({ topic, key: 'key', value: Buffer.from(value), headers: {} })))
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  // kafkajs deletes only in topics that it has looked at.
  await admin.fetchTopicOffsets(topic)
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(deletedBefore) }] })
  await admin.disconnect()
  return { broker, topic }
}

async function received({ broker, topic }: Awaited<ReturnType<typeof shortenedTopic>>) {
  const { listener, values } = recordingListener()
  const lost: number[] = []
  const onLost = (_: unknown, offsets: number) => void lost.push(offsets)
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener: { ...listener, onLost } })
  onTestFinished(() => subscription.stop())
  return { values, lost }
}

test('a group that comes back after the broker has deleted what it had not read, is told how much is lost', async () => {
  const shortened = await shortenedTopic(['a', 'b', 'c', 'd', 'e'], 3)
  const { broker, topic } = shortened
  await broker.admin.commit(topic, [{ topic, partition: 0, offset: 1n }])
  const { values, lost } = await received(shortened)
  await eventually(() => expect(values()).toEqual(['d', 'e']))
  expect(lost).toEqual([2])
})

test('a group that is new, or that had read what was deleted, has lost nothing', async () => {
  const shortened = await shortenedTopic(['a', 'b', 'c'], 1)
  const { broker, topic } = shortened
  await broker.admin.commit(topic, [{ topic, partition: 0, offset: 2n }])
  const { values, lost } = await received(shortened)
  await eventually(() => expect(values()).toEqual(['c']))
  expect(lost).toEqual([])
})
