import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { hang } from '../../../../test/support/hang.ts'
import { LOCAL } from '../../../../deploy/local/folders.ts'
import { freePorts } from '../../../../deploy/local/stack/ports.ts'
import { startStack, type Stack } from '../../../../deploy/local/stack/stack.ts'
import { silentLog } from '../log.ts'
import { collect, eventually, recordingListener, numbered, record } from './conformance/fixture.ts'
import { kafkajsBroker } from './kafkajs/broker.ts'
import { withTimeout } from './kafkajs/withTimeout.ts'
import { BrokerUnavailable, publishDeadlineMs, type Broker } from './port.ts'

/** Milliseconds that a caller may wait. A second more than a publish takes, since it may wait for others first. */
const LONGEST_WAIT = publishDeadlineMs + 1_000

let stack: Stack
let folder: string
let broker: Broker

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petrel-outage-'))
  const [kafka = 0, kafkaController = 0] = await freePorts(2)
  // A Kafka of its own, since it is killed.
  const { registryUrl, databaseUrl } = inject('stack')
  stack = await startStack({
    dataDir: folder,
    jarsDir: join(LOCAL, 'jars'),
    ports: { kafka, kafkaController, registry: 0, postgres: 0 },
    elsewhere: { registryUrl, databaseUrl },
    log: () => {},
  })
  broker = open()
})
afterAll(async () => {
  await broker.close()
  await stack.stop()
  await rm(folder, { recursive: true, force: true })
})

const open = () => kafkajsBroker({ brokers: [stack.kafkaBrokers], clientId: 'outage', log: silentLog })

const values = async (topic: string) => (await collect(broker.admin.read(topic))).map(({ value }) => String(value))

async function topicNamed(topic: string, partitions = 1): Promise<string> {
  await broker.admin.createTopics([{ topic, partitions, config: {} }])
  return topic
}

test('a broker restart loses no record and keeps the order', async () => {
  const topic = await topicNamed('restart', 2)
  const { listener, values: received } = recordingListener()
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener })
  const kept: string[] = []
  const tried: string[] = []
  const publish = async () => {
    const value = String(tried.length)
    tried.push(value)
    const publishing = broker.publish([record(topic, 0, value), record(topic, 1, value)])
    await withTimeout(LONGEST_WAIT, publishing).then(
      () => kept.push(value),
      (error: unknown) => expect(error).toBeInstanceOf(BrokerUnavailable),
    )
  }
  for (let i = 0; i < 10; i += 1) await publish()
  const restarted = new AbortController()
  const restart = stack.restartKafka('SIGTERM').finally(() => restarted.abort())
  while (!restarted.signal.aborted) await publish()
  await restart
  await eventually(async () => {
    await publish()
    expect(kept).toContain(tried.at(-1))
  })
  // A request that the restart has cut may have reached one of its two partitions only, so each is looked at alone.
  const records = await collect(broker.admin.read(topic))
  for (const partition of [0, 1]) {
    const stored = records.filter((each) => each.partition === partition).map(({ value }) => String(value))
    // They were published one after the other, so they are stored in that order: none was sent after its publish had failed.
    expect(stored).toEqual(tried.filter((value) => stored.includes(value)))
    expect(kept.filter((value) => !stored.includes(value))).toEqual([])
    await eventually(() => expect([...new Set(received(partition))]).toEqual(stored))
  }
  await subscription.stop()
})

test('a broker that does not answer is unavailable within the publish deadline; it is available again when it answers', async () => {
  const topic = await topicNamed('silent')
  const { listener, values: received } = recordingListener()
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener })
  await broker.publish([record(topic, 0, 'before')])
  const { kafka = 0 } = stack.pids()
  const goOn = await hang(kafka)
  try {
    const publishes = numbered(5, 'meanwhile-').map((value) => broker.publish([record(topic, 0, value)]))
    for (const publish of publishes) await expect(withTimeout(LONGEST_WAIT, publish)).rejects.toThrow(BrokerUnavailable)
    await expect(withTimeout(LONGEST_WAIT, broker.publish([record(topic, 0, 'later')]))).rejects.toThrow(BrokerUnavailable)
  } finally {
    goOn()
  }
  await eventually(() => broker.publish([record(topic, 0, 'after')]))
  await eventually(() => {
    expect(received()[0]).toBe('before')
    expect(received()).toContain('after')
  })
  await subscription.stop()
})

test('after a broker crash commits are still there; a subscription that began meanwhile joins; one that was closed meanwhile is rejected', async () => {
  const topic = await topicNamed('crash')
  const before = recordingListener()
  await broker.publish(numbered(4).map((value) => record(topic, 0, value)))
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener: before.listener })
  await eventually(() => expect(before.values()).toHaveLength(4))
  await subscription.commit([{ topic, partition: 0, offset: 3n }])
  const [staying, closing, late] = [open(), open(), recordingListener()]

  const restart = stack.restartKafka('SIGKILL')
  const joining = staying.subscribe({ group: `${topic}.late`, topics: [topic], listener: late.listener })
  const rejected = expect(
    closing.subscribe({ group: 'other', topics: [topic], listener: recordingListener().listener }),
  ).rejects.toThrow(BrokerUnavailable)
  await closing.close()
  await rejected
  await restart

  await joining
  await eventually(() => expect(late.values()).toEqual(numbered(4)))
  await staying.close()
  await eventually(() => expect(before.values()).toEqual(['0', '1', '2', '3', '3']))
  expect(subscription.isJoined()).toBe(true)
  await subscription.stop()
})

test('a subscription that stops leaves its group, and reading a topic creates no group', async () => {
  const topic = await topicNamed('left')
  const admin = new Kafka({ brokers: [stack.kafkaBrokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const before = (await admin.listGroups()).groups.length
  await values(topic)
  expect((await admin.listGroups()).groups).toHaveLength(before)
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener: recordingListener().listener })
  expect((await admin.describeGroups([topic])).groups[0]?.members).toHaveLength(1)
  await subscription.stop()
  expect((await admin.describeGroups([topic])).groups[0]?.members).toEqual([])
  await admin.disconnect()
})
