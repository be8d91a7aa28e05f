import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { silentLog } from '../../log.ts'
import { eventually, numbered, record, recordingListener } from '../conformance/fixture.ts'
import { type Broker, type TopicPartition } from '../port.ts'
import { assigner } from './assigner.ts'
import { kafkajsBroker } from './broker.ts'

const brokers = inject('stack').kafkaBrokers.split(',')
const topic = `rebalance.${randomUUID()}`
const partitions = [0, 1, 2, 3]
let broker: Broker

beforeAll(async () => {
  broker = kafkajsBroker({ brokers, clientId: 'rebalance', log: silentLog })
  await broker.admin.createTopics([{ topic, partitions: partitions.length, config: {} }])
})
afterAll(async () => {
  await broker.admin.deleteTopics([topic])
  await broker.close()
})

/** A member with a slow handler: it does not hear that the group is rebalancing before the handler has ended. */
async function slowMember(): Promise<{ readonly isHandling: () => boolean; readonly goOn: () => void }> {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({
    groupId: topic,
    partitionAssigners: [
      assigner(
        silentLog,
        () => {},
        () => new Set(),
      ),
    ],
  })
  const handled = Promise.withResolvers<void>()
  let isHandling = false
  onTestFinished(async () => {
    handled.resolve()
    await consumer.disconnect()
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: async () => {
      isHandling = true
      await handled.promise
    },
  })
  return { isHandling: () => isHandling, goOn: () => handled.resolve() }
}

const inAll = (value: string) => partitions.map((partition) => record(topic, partition, value))

test('while a rebalance waits for a slow member, the others go on receiving and committing what they have', async () => {
  const { listener, assigned, values } = recordingListener()
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener })
  onTestFinished(() => subscription.stop())
  const slow = await slowMember()
  await eventually(() => expect(assigned()).toHaveLength(2))
  await broker.publish(inAll('before'))
  await eventually(() => expect(slow.isHandling()).toBe(true))

  const third = recordingListener()
  const joining = broker.subscribe({ group: topic, topics: [topic], listener: third.listener })
  const [mine] = assigned() as [TopicPartition]
  // A member that receives records asks ten times a second whether it is to join again: it has asked by the end of this.
  for (const [index, value] of numbered(30).entries()) {
    await broker.publish([record(topic, mine.partition, value)])
    await eventually(() => expect(values(mine.partition)).toContain(value))
    const offset = BigInt(index + 2)
    await subscription.commit([{ ...mine, offset }])
    await eventually(async () => expect(await broker.admin.committed(topic, [topic])).toContainEqual({ ...mine, offset }))
  }
  expect(third.assigned()).toEqual([])

  slow.goOn()
  const joined = await joining
  await joined.stop()
})
