import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { LOCAL } from '../../../../deploy/local/folders.ts'
import { freePorts } from '../../../../deploy/local/ports.ts'
import { startStack, type Stack } from '../../../../deploy/local/stack.ts'
import { collect, eventually, journal, numbered, record } from './conformance/fixture.ts'
import { kafkajsBroker } from './kafkajs/broker.ts'
import { withTimeout } from './kafkajs/withTimeout.ts'
import { BrokerUnavailable, type Broker } from './port.ts'

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** What a caller may be kept waiting, in milliseconds: an HTTP request must be answered within 5 s whatever happens. */
const PATIENCE = 4_500

let stack: Stack
let folder: string
let broker: Broker

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petrel-outage-'))
  const [kafka = 0, kafkaController = 0] = await freePorts(2)
  // Only the Kafka is of its own.
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

const open = () => kafkajsBroker({ brokers: [stack.kafkaBrokers], clientId: 'outage', log })

const values = async (topic: string) => (await collect(broker.admin.read(topic))).map(({ value }) => String(value))

async function topicNamed(topic: string, partitions = 1): Promise<string> {
  await broker.admin.createTopics([{ topic, partitions, config: {} }])
  return topic
}

test('a restart of the broker costs no record and changes no order', async () => {
  const topic = await topicNamed('restart', 2)
  const { listener, values: heard } = journal()
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener })
  const kept: string[] = []
  const tried: string[] = []
  const publish = async () => {
    const value = String(tried.length)
    tried.push(value)
    const publishing = broker.publish([record(topic, 0, value), record(topic, 1, value)])
    await withTimeout(PATIENCE, publishing).then(
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
  const stored = await values(topic)
  // One after the other they were tried, so one after the other they lie there: nothing went out behind the caller's back.
  expect(stored.slice(0, stored.length / 2)).toEqual(tried.filter((value) => stored.includes(value)))
  expect(kept.filter((value) => !stored.includes(value))).toEqual([])
  await eventually(() => {
    for (const partition of [0, 1])
      expect([...new Set(heard(partition))]).toEqual(tried.filter((value) => stored.includes(value)))
  })
  await subscription.stop()
})

test('a broker that is there but silent is unavailable in time, and then available again', async () => {
  const topic = await topicNamed('silent')
  const { listener, values: heard } = journal()
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener })
  await broker.publish([record(topic, 0, 'before')])
  const { kafka = 0 } = stack.pids()
  process.kill(kafka, 'SIGSTOP')
  try {
    const publishes = numbered(5, 'meanwhile-').map((value) => broker.publish([record(topic, 0, value)]))
    for (const publish of publishes) await expect(withTimeout(PATIENCE, publish)).rejects.toThrow(BrokerUnavailable)
    await expect(withTimeout(PATIENCE, broker.publish([record(topic, 0, 'later')]))).rejects.toThrow(BrokerUnavailable)
  } finally {
    process.kill(kafka, 'SIGCONT')
  }
  await eventually(() => broker.publish([record(topic, 0, 'after')]))
  await eventually(() => {
    expect(heard()[0]).toBe('before')
    expect(heard()).toContain('after')
  })
  await subscription.stop()
})

test('after a crash of the broker commits count, who came meanwhile joins, and who closed meanwhile was let go', async () => {
  const topic = await topicNamed('crash')
  const before = journal()
  await broker.publish(numbered(4).map((value) => record(topic, 0, value)))
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener: before.listener })
  await eventually(() => expect(before.values()).toHaveLength(4))
  await subscription.commit([{ topic, partition: 0, offset: 3n }])
  const [patient, impatient, late] = [open(), open(), journal()]

  const restart = stack.restartKafka('SIGKILL')
  const joining = patient.subscribe({ group: `${topic}.late`, topics: [topic], listener: late.listener })
  const given = expect(impatient.subscribe({ group: 'other', topics: [topic], listener: journal().listener })).rejects.toThrow(
    BrokerUnavailable,
  )
  await impatient.close()
  await given
  await restart

  await joining
  await eventually(() => expect(late.values()).toEqual(numbered(4)))
  await patient.close()
  await eventually(() => expect(before.values()).toEqual(['0', '1', '2', '3', '3']))
  await subscription.stop()
})

test('a member that stops leaves its group, and reading leaves none', async () => {
  const topic = await topicNamed('left')
  const admin = new Kafka({ brokers: [stack.kafkaBrokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const before = (await admin.listGroups()).groups.length
  await values(topic)
  expect((await admin.listGroups()).groups).toHaveLength(before)
  const subscription = await broker.subscribe({ group: topic, topics: [topic], listener: journal().listener })
  expect((await admin.describeGroups([topic])).groups[0]?.members).toHaveLength(1)
  await subscription.stop()
  expect((await admin.describeGroups([topic])).groups[0]?.members).toEqual([])
  await admin.disconnect()
})
