import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { ROOT } from '../../deploy/local/folders.ts'
import type { StackAddresses } from '../../deploy/local/stack/stack.ts'
import { runPetrel } from '../../packages/cli/src/testing/runPetrel.ts'
import { allEnded, differentOrders, expectEndedOnce, placeAll } from '../support/orders.ts'
import { randomFrom } from '../support/random.ts'
import type { LogLine } from '../support/processes.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { joined, testSystem } from '../support/stack.ts'
import { type ThreeBrokers, threeBrokers } from '../support/threeBrokers.ts'

const isAboutCopies = (line: LogLine) => JSON.stringify(line).includes('fewer copies are in sync')

describe('three brokers', () => {
  let kafka: ThreeBrokers
  let addresses: StackAddresses
  let shop: Shop
  beforeAll(async () => {
    kafka = await threeBrokers()
    addresses = { ...inject('stack'), kafkaBrokers: kafka.kafkaBrokers }
    shop = await openShop({ addresses })
  }, 240_000)
  afterAll(async () => {
    await shop[Symbol.asyncDispose]()
    await kafka[Symbol.asyncDispose]()
  })

  const random = randomFrom(3)
  const placed: string[] = []
  const isToldOfCopies = () => [...shop.running.values()].flatMap(({ logs }) => logs.filter(({ event }) => event === 'one_copy'))

  test('every topic has three copies of which two are sure, those for retries, dead letters and the audit as well', async () => {
    const { admin } = shop.broker
    const topics = (await admin.topics()).filter((topic) => topic.startsWith(shop.system.prefix))
    const found = await admin.durability(topics)
    const kinds = [
      'sales.order-placed',
      'billing.audit',
      'billing.retry.2s',
      'billing.postponed',
      'billing.replay',
      'billing.dlt',
    ]
    expect(topics).toEqual(expect.arrayContaining(kinds.map((topic) => shop.system.prefix + topic)))
    expect(found).toEqual({ brokers: 3, topics: new Map(topics.map((topic) => [topic, { replicas: 3, minInSync: 2 }])) })
    expect(isToldOfCopies()).toEqual([])
  })

  test('one that is killed while orders come: each that was accepted is handled, and once', async () => {
    let killed: Promise<void> | undefined
    placed.push(
      ...(await placeAll(shop, differentOrders(40, random), (count) => {
        if (count >= 10) killed ??= kafka.kill(3)
      })),
    )
    await killed
    await allEnded(shop, placed)
    await expectEndedOnce(shop, placed)
    await kafka.start(3)
  }, 300_000)

  test('two that are killed: what comes waits, and it is said why; it goes on when they are back', async () => {
    let killed: Promise<unknown> | undefined
    const killTwo = () => Promise.all([kafka.kill(2), kafka.kill(3)])
    const onAccepted = (count: number) => {
      if (count >= 10) killed ??= killTwo()
    }
    const placing = placeAll(shop, differentOrders(40, random), onAccepted, 'other')
    const saying = [...shop.running.values()].filter(({ name }) => name !== 'payment-gateway')
    await Promise.any(saying.map((service) => service.logged(isAboutCopies, 120_000)))
    expect(killed).toBeDefined()
    await Promise.all([kafka.start(2), kafka.start(3)])
    placed.push(...(await placing))
    await allEnded(shop, placed)
    await expectEndedOnce(shop, placed)
    expect(await shop.failures()).toEqual([])
  }, 600_000)

  test('a topic from a time with one broker: its deployment and its service say that acks=all is one copy', async () => {
    await using system = await testSystem({ addresses })
    const topic = `${system.prefix}sales.order-placed`
    const admin = new Kafka({ brokers: kafka.kafkaBrokers.split(','), logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const configEntries = [{ name: 'min.insync.replicas', value: '1' }]
    await admin.createTopics({ topics: [{ topic, numPartitions: 6, replicationFactor: 1, configEntries }] })
    await admin.disconnect()

    const deployed = await runPetrel(['deploy', 'sales'], await system.env('sales'), ROOT)
    expect(deployed.err).toContain(`acks=all is one copy in ${topic}: replication factor 1, min.insync.replicas 1`)
    const sales = await system.startService('sales')
    await joined(sales)
    const told = sales.logs.filter(({ event }) => event === 'one_copy')
    expect(told).toMatchObject([{ level: 40, brokers: 3, topics: [topic] }])
  })
})
