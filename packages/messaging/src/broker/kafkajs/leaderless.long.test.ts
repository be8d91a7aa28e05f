import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ThreeBrokers, threeBrokers } from '../../../../../test/support/threeBrokers.ts'
import { type Log, silentLog } from '../../log.ts'
import { eventually, record, type RecordingListener, recordingListener } from '../conformance/fixture.ts'
import { type Broker, TopicUnavailable } from '../port.ts'
import { kafkajsBroker } from './broker.ts'

const topic = 'one-copy'
const group = 'reader'
const whole = [0, 1, 2]
const led = [0, 1]

let kafka: ThreeBrokers
let broker: Broker
/** What the log has. */
const said: string[] = []
const say = (fields: object, message?: string) => void said.push(JSON.stringify({ ...fields, message }))
const log: Log = { ...silentLog, info: say, warn: say, error: say }
beforeAll(async () => {
  kafka = await threeBrokers()
  const brokers = kafka.kafkaBrokers.split(',')
  broker = kafkajsBroker({ brokers, clientId: 'leaderless', log })
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const replicaAssignment = whole.map((partition) => ({ partition, replicas: [partition + 1] }))
  const configEntries = [{ name: 'min.insync.replicas', value: '1' }]
  await admin.createTopics({ topics: [{ topic, replicaAssignment, configEntries }] })
  await admin.disconnect()
}, 120_000)
afterAll(async () => {
  await broker.close()
  await kafka[Symbol.asyncDispose]()
})

/** A broker that has just started may hang up. */
const publish = (partitions: readonly number[], value: string) =>
  Promise.all(partitions.map((partition) => eventually(() => broker.publish([record(topic, partition, value)]))))

const received = ({ values }: RecordingListener, partitions: readonly number[], value: string) =>
  eventually(() => {
    for (const partition of partitions) expect(values(partition)).toContain(value)
  })

test('a partition whose only broker is away: the other ones go on, also for who joins then, and it goes on when that is back', async () => {
  const first = recordingListener()
  await broker.subscribe({ group, topics: [topic], listener: first.listener })
  await publish(whole, 'before')
  await received(first, whole, 'before')
  // A group that is new may not be there at once.
  said.length = 0

  await kafka.kill(3)
  await eventually(() => expect(said.join('\n')).toContain('noLeader'))
  await publish(led, 'without')
  await received(first, led, 'without')
  // Nor was it stopped before the brokers knew that the third one is away.
  expect(said.join('\n')).not.toContain('another one follows')
  // At first it may have met nobody where the leader was.
  await eventually(async () => {
    const refused = broker.publish([record(topic, 2, 'too soon')])
    await expect(refused).rejects.toThrow('a partition has no leader')
    await expect(refused).rejects.toBeInstanceOf(TopicUnavailable)
  })

  // Of a new group nobody knows where it begins there.
  const newcomer = recordingListener()
  await broker.subscribe({ group: 'newcomer', topics: [topic], listener: newcomer.listener })
  await received(newcomer, led, 'without')

  await kafka.start(3)
  await eventually(() => expect(said.join('\n')).toContain('leaderBack'))
  await publish([2], 'after')
  await received(first, [2], 'after')
  await received(newcomer, [2], 'before')
  await received(newcomer, [2], 'after')
}, 240_000)
