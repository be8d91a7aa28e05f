import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { zstdCompress } from 'node:zlib'
import kafkajs, { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { silentLog } from '../../log.ts'
import { collect, eventually, recordingListener } from '../conformance/fixture.ts'
import { type Broker, BrokerUnavailable } from '../port.ts'
import { kafkajsBroker } from './broker.ts'

const topic = `unreadable.${randomUUID()}`
const pauses: number[] = []
const log = {
  ...silentLog,
  warn: (fields: object) => {
    if ('pauseMs' in fields) pauses.push(Number(fields.pauseMs))
  },
}

let broker: Broker

beforeAll(async () => {
  const brokers = inject('stack').kafkaBrokers.split(',')
  broker = kafkajsBroker({ brokers, clientId: 'unreadable', log })
  await broker.admin.createTopics([{ topic, partitions: 1, config: {} }])
  await writeCompressed(brokers)
})
afterAll(async () => {
  await broker.admin.deleteTopics([topic])
  await broker.close()
})

const compress = ({ buffer }: { readonly buffer: Buffer }) => promisify(zstdCompress)(buffer)

/** With a compression that kafkajs cannot read. */
async function writeCompressed(brokers: string[]): Promise<void> {
  const { CompressionCodecs, CompressionTypes } = kafkajs
  const before = CompressionCodecs[CompressionTypes.ZSTD]
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({ compress })
  const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  await producer.send({ topic, compression: CompressionTypes.ZSTD, messages: [{ value: 'any' }] })
  await producer.disconnect()
  CompressionCodecs[CompressionTypes.ZSTD] = before
}

test('a consumer that cannot read a batch is out of its group, and waits longer each time before it rejoins', async () => {
  const { listener, assignments, received } = recordingListener()
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener })
  await eventually(() => expect(subscription.isJoined()).toBe(false))
  await eventually(() => expect(pauses.length).toBeGreaterThanOrEqual(4))
  for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual(50 * 2 ** index)
  expect(assignments.length).toBeGreaterThanOrEqual(4)
  await subscription.stop()
  expect(subscription.isJoined()).toBe(false)
  expect(received).toEqual([])
})

test('reading a batch that cannot be read fails with an error that names the reason', async () => {
  const reading = collect(broker.admin.read(topic))
  await expect(reading).rejects.toThrow(BrokerUnavailable)
  await expect(reading).rejects.toThrow(/ZSTD/)
})
