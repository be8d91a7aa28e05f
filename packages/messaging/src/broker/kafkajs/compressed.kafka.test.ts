import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { zstdCompress } from 'node:zlib'
import kafkajs, { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { ROOT } from '../../../../../deploy/local/folders.ts'
import { hasPython, pythonWith } from '../../../../../test/support/python.ts'
import { failure, headerText } from '../../headers.ts'
import { silentLog } from '../../log.ts'
import { collect, eventually, recordingListener } from '../conformance/fixture.ts'
import { partitionOf } from '../partitioner.ts'
import type { Broker, BrokerRecord } from '../port.ts'
import { kafkajsBroker } from './broker.ts'

const isMissing = !(await hasPython())
if (isMissing && process.env.CI !== undefined) throw new Error('Python 3.11 and its venv are missing')
const run = promisify(execFile)

let brokers: string
let broker: Broker
const topics: string[] = []

beforeAll(() => {
  brokers = inject('stack').kafkaBrokers
  broker = kafkajsBroker({ brokers: brokers.split(','), clientId: 'compressed', log: silentLog })
})
afterAll(async () => {
  await broker.admin.deleteTopics(topics)
  await broker.close()
})

async function topicWith(partitions: number, config = {}): Promise<string> {
  const topic = `compressed.${randomUUID()}`
  topics.push(topic)
  await broker.admin.createTopics([{ topic, partitions, config }])
  return topic
}

async function subscribed(topic: string) {
  const { listener, received } = recordingListener()
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener })
  return { received, subscription }
}

const sorted = (values: readonly string[]) => values.toSorted((a, b) => a.localeCompare(b))
const values = (records: readonly BrokerRecord[]) => sorted(records.map(({ value }) => String(value)))

describe.skipIf(isMissing)("librdkafka's records", () => {
  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'compressed with %s are read, by a subscriber and by a reader',
    async (compression) => {
      const topic = await topicWith(2)
      const python = await pythonWith(join(ROOT, 'docs/guides/python-subscriber/requirements.txt'))
      const count = 3_000
      await run(python, [join(import.meta.dirname, 'testing/librdkafka.py'), brokers, topic, compression, String(count)])
      const expected = Array.from(
        { length: count },
        (_, number) => `${compression} ${number} ${'and so on, '.repeat(number % 50)}`,
      )
      const read = await collect(broker.admin.read(topic))
      expect(values(read)).toEqual(sorted(expected))
      expect(read.every(({ headers }) => headerText(headers, 'by') === 'librdkafka')).toBe(true)
      // It has a rule of its own where a key belongs.
      expect(read.some(({ key, partition }) => partition !== partitionOf(key ?? '', 2))).toBe(true)
      const { received, subscription } = await subscribed(topic)
      await eventually(() => expect(received).toHaveLength(count))
      expect(values(received)).toEqual(sorted(expected))
      await subscription.stop()
    },
  )
})

test.each(['gzip', 'snappy', 'lz4', 'zstd'])('what Kafka itself has compressed with %s is read', async (compression) => {
  const topic = await topicWith(1, { 'compression.type': compression })
  const texts = Array.from({ length: 2_000 }, (_, number) => `${number} ${'and so on, '.repeat(number % 60)}`)
  await broker.publish(texts.map((text) => ({ topic, key: 'any', value: Buffer.from(text), headers: {} })))
  expect((await collect(broker.admin.read(topic))).map(({ value }) => String(value))).toEqual(texts)
})

const compress = ({ buffer }: { readonly buffer: Buffer }) => promisify(zstdCompress)(buffer)

/** In one batch. */
async function writeZstd(topic: string, messages: { value: Buffer }[]): Promise<void> {
  const { CompressionCodecs, CompressionTypes } = kafkajs
  const before = CompressionCodecs[CompressionTypes.ZSTD]
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({ compress })
  const producer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  await producer.send({
    topic,
    compression: CompressionTypes.ZSTD,
    messages: messages.map((each) => ({ ...each, partition: 0 })),
  })
  await producer.disconnect()
  CompressionCodecs[CompressionTypes.ZSTD] = before
}

test('what unpacks to more than a limit is one record that says so, and what is around it is read', async () => {
  const topic = await topicWith(1)
  const { received, subscription } = await subscribed(topic)
  await writeZstd(topic, [{ value: Buffer.from('before') }])
  await writeZstd(topic, [{ value: Buffer.alloc(40_000_000) }, { value: Buffer.alloc(40_000_000) }])
  await writeZstd(topic, [{ value: Buffer.from('after') }])
  await eventually(() => expect(received).toHaveLength(3))
  for (const records of [received, await collect(broker.admin.read(topic))]) {
    expect(records.map(({ value }) => value && String(value))).toEqual(['before', null, 'after'])
    expect(records.map(({ offset }) => offset)).toEqual([0n, 2n, 3n])
    expect(headerText(records[1]?.headers ?? {}, failure.unreadable)).toMatch(
      /^A batch of 2 records, from offset 1 to 2, cannot be unpacked: zstd: it unpacks to more than \d+ bytes\.$/,
    )
  }
  const committed = async () => (await broker.admin.committed(topic, [topic]))[0]?.offset
  await subscription.commit([{ topic, partition: 0, offset: 3n }])
  await eventually(async () => expect(await committed()).toBe(3n))
  await subscription.stop()
})

test('many large batches are unpacked a few at a time, and none is skipped', async () => {
  const topic = await topicWith(1)
  const [batches, each] = [12, 5]
  for (let batch = 0; batch < batches; batch += 1)
    await writeZstd(
      topic,
      Array.from({ length: each }, (_, index) => ({ value: Buffer.alloc(1_000_000, batch * each + index) })),
    )
  const read = await collect(broker.admin.read(topic))
  expect(read.map(({ value }) => value?.[0])).toEqual(Array.from({ length: batches * each }, (_, index) => index))
  const { received, subscription } = await subscribed(topic)
  await eventually(() => expect(received).toHaveLength(batches * each))
  expect(received.map(({ offset }) => offset)).toEqual(read.map(({ offset }) => offset))
  await subscription.stop()
})
