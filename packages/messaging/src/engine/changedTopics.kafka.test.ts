import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually, testSystem, type TestSystem } from '../../../../test/support/stack.ts'
import { kafkajsBroker } from '../broker/kafkajs/broker.ts'
import type { Broker } from '../broker/port.ts'
import { endpoint, type Endpoint } from '../definition/endpoint.ts'
import { handler } from '../definition/handler.ts'
import { type Log, silentLog } from '../log.ts'
import { deployAll } from '../operations/deploy.ts'
import { confluentRegistry } from '../registry/confluent.ts'
import { type Service, start } from '../service.ts'
import { readSettings } from '../settings.ts'
import { range } from './testing/gates.ts'
import { InvoiceOrder, OrderBilled, RefundOrder } from './testing/messages.ts'

let system: TestSystem
let broker: Broker
let service: Service
let customer: Service
const [invoiced, refunded]: [number[], number[]] = [[], []]
/** Errors that the log has. */
let said: object[] = []

beforeAll(async () => {
  system = await testSystem()
  broker = kafkajsBroker({ brokers: system.addresses.kafkaBrokers.split(','), clientId: 'test', log: silentLog })
  await deployed()
  service = await started(billing)
  customer = await started(till)
  await handled([0, 1, 2, 3], [0])
})
afterAll(async () => {
  await customer.stop()
  await service.stop()
  await broker.close()
  await system.cleanup()
})
beforeEach(() => {
  said = []
})

const till = endpoint({ name: 'till', produces: [RefundOrder, InvoiceOrder] })

/** It invoices and refunds. */
const billing = endpoint({
  name: 'billing',
  handlers: [
    handler(InvoiceOrder, ({ orderId, number }, { publish }) => {
      invoiced.push(number)
      publish(OrderBilled({ orderId, number }))
    }),
    handler(RefundOrder, ({ number }) => void refunded.push(number)),
  ],
  produces: [OrderBilled, RefundOrder, InvoiceOrder],
  partitions: 2,
})

const log: Log = { ...silentLog, error: (details, message) => void said.push({ ...details, message }) }

const settings = async (name: string) => readSettings({ ...(await system.env(name)), LOG_LEVEL: 'silent', AUDIT: 'off' })

async function deployed(): Promise<void> {
  const registry = confluentRegistry({ url: system.addresses.registryUrl })
  const deployments = [billing, till].map(async (each) => ({
    endpoint: each,
    database: { url: await system.createDatabase(each.name) },
  }))
  await deployAll(await Promise.all(deployments), { admin: broker.admin, registry, prefix: system.prefix })
}

/** Kafka answers before it is gone, and takes records that go with it. */
async function deleteTopic(topic: string): Promise<void> {
  await broker.admin.deleteTopics([topic])
  await eventually(async () => expect(await broker.admin.topics()).not.toContain(topic))
}

async function givePartitions(topic: string, count: number): Promise<void> {
  const brokers = system.addresses.kafkaBrokers.split(',')
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createPartitions({ topicPartitions: [{ topic, count }] })
  await admin.disconnect()
}

const started = async (definition: Endpoint): Promise<Service> => start(definition, await settings(definition.name), { log })

const named = (topic: string) => system.prefix + topic
const missing = () => [
  ...(service.status().missingTopics ?? []),
  ...service.status().groups.flatMap((group) => group.missingTopics ?? []),
]

const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)

/** Orders these invoices and refunds, and waits until each was handled, once. */
async function handled(invoices: readonly number[], refunds: readonly number[]): Promise<void> {
  const [before, others] = [[...invoiced], [...refunded]]
  const messages = [
    ...invoices.map((number) => InvoiceOrder({ orderId: `order-${number}`, number })),
    ...refunds.map((number) => RefundOrder({ orderId: `order-${number}`, number })),
  ]
  // A topic that was just made may have no leader yet.
  await Promise.all(messages.map((message) => eventually(() => customer.send(message))))
  await eventually(() => expect(sorted(invoiced)).toEqual(sorted([...before, ...invoices])))
  await eventually(() => expect(sorted(refunded)).toEqual(sorted([...others, ...refunds])))
}

test('a topic that is deleted stops no other, it is said, and when it is deployed again nothing of it is passed over', async () => {
  const topic = named('billing.invoice-order')
  await deleteTopic(topic)
  await eventually(() => expect(missing()).toEqual([topic]))
  await handled([], [1, 2])
  expect(service.isReady()).toBe(true)

  await deployed()
  await handled(range(4, 24), [3])
  expect(missing()).toEqual([])
  const sentence = `topic ${topic} is not there: somebody has deleted it. The other topics go on. \`petrel deploy\` makes it again`
  expect(said).toEqual([{ event: 'topicMissing', group: named('billing'), topic, message: sentence }])
})

test('what goes to a topic that is deleted waits for it, and nothing else does', async () => {
  const topic = named('billing.order-billed')
  await deleteTopic(topic)
  await handled(range(24, 30), [4])
  await eventually(() => expect(missing()).toEqual([topic]))
  expect(said).toMatchObject([{ event: 'topicMissing', topic }])

  await deployed()
  const published = async () => (await broker.admin.offsets(topic)).reduce((sum, { latest }) => sum + latest, 0n)
  await eventually(async () => expect(await published()).toBe(6n))
  expect(missing()).toEqual([])
})

test('partitions that a topic is given are read from their beginning, without a restart, and after one', async () => {
  await givePartitions(named('billing.invoice-order'), 4)
  await handled(range(30, 60), [5])
  await service.stop()
  service = await started(billing)
  await handled([60, 61, 62], [6])
})
