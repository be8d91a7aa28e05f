import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { eventually, testSystem, type TestSystem } from '../../../../test/support/stack.ts'
import { kafkajsBroker } from '../broker/kafkajs/broker.ts'
import type { Broker } from '../broker/port.ts'
import { endpoint, type Endpoint } from '../definition/endpoint.ts'
import { handler } from '../definition/handler.ts'
import { type Log, silentLog } from '../log.ts'
import { processRegistry } from '../metrics/registry.ts'
import { checkDeployed } from '../operations/checkDeployed.ts'
import { deployAll } from '../operations/deploy.ts'
import { planRewind, rewind } from '../operations/rewind.ts'
import { confluentRegistry } from '../registry/confluent.ts'
import { type Service, start } from '../service.ts'
import { readSettings } from '../settings.ts'
import { openPool } from '../store/postgres/connections.ts'
import { sumOf } from '../testing/sumOf.ts'
import { range } from './testing/gates.ts'
import { RefundOrder } from './testing/messages.ts'

const partitions = 2

/** Sends what the mailer hears, also while the mailer is away. */
const till = endpoint({ name: 'till', produces: [RefundOrder] })

let system: TestSystem
let broker: Broker
let customer: Service
let mails: number[]
beforeEach(async () => {
  system = await testSystem()
  broker = kafkajsBroker({ brokers: system.addresses.kafkaBrokers.split(','), clientId: 'test', log: silentLog })
  mails = []
})
afterEach(async () => {
  await broker.close()
  await system.cleanup()
})

/** It mails once for each message; a mail cannot be taken back. */
const billingFrom = (from: Endpoint['from']) =>
  endpoint({
    name: 'billing',
    handlers: [handler(RefundOrder, ({ number }) => void mails.push(number))],
    produces: [RefundOrder],
    partitions,
    from,
  })

const infrastructure = () => ({
  admin: broker.admin,
  registry: confluentRegistry({ url: system.addresses.registryUrl }),
  prefix: system.prefix,
})

async function deployed(billing: Endpoint): Promise<void> {
  const deployments = [billing, till].map(async (each) => ({
    endpoint: each,
    database: { url: await system.createDatabase(each.name) },
  }))
  await deployAll(await Promise.all(deployments), infrastructure())
}

const settings = async (name: string) => readSettings({ ...(await system.env(name)), LOG_LEVEL: 'silent', AUDIT: 'off' })

async function started(billing: Endpoint, log: Log = silentLog) {
  const registry = processRegistry('billing')
  const service = await start(billing, await settings('billing'), { log, registry })
  onTestFinished(() => service.stop())
  return { service, registry }
}

async function openTill(): Promise<void> {
  customer = await start(till, await settings('till'))
  onTestFinished(() => customer.stop())
}

const send = (numbers: readonly number[]) =>
  Promise.all(numbers.map((number) => customer.send(RefundOrder({ orderId: `order-${number}`, number }))))

const hasMailed = (numbers: readonly number[]) => eventually(() => expect(mails.toSorted((a, b) => a - b)).toEqual([...numbers]))

const topic = () => `${system.prefix}billing.refund-order`

async function openDatabase() {
  const pool = openPool(await system.createDatabase('billing'), silentLog)
  onTestFinished(() => pool.end())
  return pool
}

const inDatabase = async <T extends object>(sql: string): Promise<T[]> => (await (await openDatabase()).query<T>(sql)).rows

/** It runs, and has mailed these. @returns what stops it */
async function hasRun(billing: Endpoint, numbers: readonly number[]): Promise<Service> {
  await deployed(billing)
  await openTill()
  const { service } = await started(billing)
  await send(numbers)
  await hasMailed(numbers)
  return service
}

/** What eight days do: Kafka deletes the offsets of groups without members, and the inbox is cleaned. */
async function passEightDays(): Promise<void> {
  const groups = ['billing', 'billing.retry'].map((group) => system.prefix + group)
  await eventually(async () => expect((await broker.admin.deleteGroups(groups)).length).toBe(2))
  await inDatabase('delete from petrel_inbox')
}

describe('a service that was away for eight days', () => {
  test.each(['with a deployment before its start', 'without one'])(
    'handles nothing twice, and what it has missed: %s',
    async (how) => {
      const billing = billingFrom('earliest')
      const service = await hasRun(billing, range(0, 20))
      await service.stop()
      await passEightDays()
      await send(range(20, 30))

      if (how.startsWith('with a')) await deployed(billing)
      await started(billing)

      await hasMailed(range(0, 30))
      await send([30])
      await hasMailed(range(0, 31))
    },
  )

  test('does not pass over what it has missed, although it began with the latest record', async () => {
    const billing = billingFrom('latest')
    const service = await hasRun(billing, range(0, 10))
    await service.stop()
    await passEightDays()
    await send(range(10, 20))

    await checkDeployed(billing, { ...infrastructure(), database: await openDatabase() })
    await deployed(billing)
    await started(billing)

    await hasMailed(range(0, 20))
  })

  test('says what retention has deleted before it was read: how many records, of which partition, since when', async () => {
    const billing = billingFrom('earliest')
    const service = await hasRun(billing, range(0, 20))
    await service.stop()
    await passEightDays()
    const before = await broker.admin.offsets(topic())
    await send(range(20, 40))
    const deleted = before.map(({ partition, latest }) => ({ topic: topic(), partition, offset: latest + 3n }))
    await broker.admin.deleteRecords(deleted)
    const said: object[] = []

    const { registry } = await started(billing, { ...silentLog, error: (details) => void said.push(details) })

    await eventually(() => expect(said).toHaveLength(partitions))
    const saved = await inDatabase<{ partition: number; saved_at: Date }>('select partition, saved_at from petrel_position')
    for (const { partition, latest } of before) {
      const since = saved.find((row) => row.partition === partition)?.saved_at
      expect(said).toContainEqual(
        expect.objectContaining({ topic: topic(), partition, offset: String(latest), offsets: 3, since }),
      )
    }
    await eventually(() => expect(mails).toHaveLength(40 - 3 * partitions))
    expect(new Set(mails).size).toBe(mails.length)
    expect(await sumOf(registry, 'petrel_records_lost_to_retention_total', {})).toBe(3 * partitions)
  })
})

describe('a rewind', () => {
  test('is refused while the endpoint runs, says what will be handled again, and moves both positions', async () => {
    const billing = billingFrom('earliest')
    const service = await hasRun(billing, range(0, 10))
    const ground = { admin: broker.admin, prefix: system.prefix, database: await openDatabase() }
    await expect(planRewind({ endpoint: 'billing', since: 0 }, ground)).rejects.toThrow('has running members')
    await service.stop()
    await inDatabase('delete from petrel_inbox where id in (select id from petrel_inbox limit 4)')

    const planned = await planRewind({ endpoint: 'billing', since: 0 }, ground)
    expect(planned.topics).toEqual([{ topic: topic(), records: 10, known: 6 }])
    await rewind(planned, ground)
    await started(billing)

    await eventually(() => expect(mails).toHaveLength(14))
    await send([10])
    await eventually(() => expect(mails.at(-1)).toBe(10))
    expect(mails).toHaveLength(15)
  })

  test('goes no further back than is asked, and nowhere when nothing was handled since', async () => {
    const billing = billingFrom('earliest')
    const service = await hasRun(billing, range(0, 10))
    await service.stop()
    const ground = { admin: broker.admin, prefix: system.prefix, database: await openDatabase() }

    expect(await planRewind({ endpoint: 'billing', since: Date.now() + 60_000 }, ground)).toMatchObject({
      topics: [],
      positions: [],
    })
    expect(await planRewind({ endpoint: 'billing', since: 0, topics: ['another'] }, ground)).toMatchObject({ positions: [] })
    await passEightDays()
    expect((await planRewind({ endpoint: 'billing', since: 0 }, ground)).topics).toEqual([
      { topic: topic(), records: 10, known: 0 },
    ])
  })
})
