import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { infrastructureOf } from '../../../../test/support/infrastructure.ts'
import { testSystem, type TestSystem } from '../../../../test/support/stack.ts'
import { type Broker, BrokerUnavailable } from '../broker/port.ts'
import { Unrecoverable } from '../definition/outcome.ts'
import { openEnvelope } from '../engine/envelope.ts'
import { checkDeployed } from './checkDeployed.ts'
import { deployAll } from './deploy.ts'
import { discard } from './discard.ts'
import { listFailures } from './failures.ts'
import type { Infrastructure } from './infrastructure.ts'
import { journey } from './journey.ts'
import { replay } from './replay.ts'
import { deadLetterOf } from './testing/deadLetter.ts'
import { all } from './testing/failingEndpoint.ts'
import { billing, changed, sales, shipping } from './testing/shop.ts'

let system: TestSystem
let infrastructure: Infrastructure
beforeAll(async () => {
  system = await testSystem()
  infrastructure = infrastructureOf(system)
})
afterAll(async () => {
  await infrastructure.broker.close()
  await system.cleanup()
})

const endpoints = [shipping, billing, sales]
const deployments = () =>
  Promise.all(endpoints.map(async (endpoint) => ({ endpoint, database: { url: await system.createDatabase(endpoint.name) } })))

describe('a deployment', () => {
  test('makes everything once: the second time changes nothing, and the endpoints can start', async () => {
    await expect(checkDeployed(sales, infrastructure)).rejects.toThrow(/Run: petrel deploy sales$/)
    const report = await deployAll(await deployments(), infrastructure)
    expect(report.topics).toContain(`${system.prefix}billing.dlt`)
    expect(report.subjects).toContain(`${system.prefix}sales.order-placed-value`)
    expect(report.migrations).toContainEqual({ endpoint: 'sales', name: expect.stringMatching(/^petrel\/001_/) })
    const group = `${system.prefix}shipping`
    expect(report.positions).toContainEqual({ group, topic: `${system.prefix}billing.order-billed`, partitions: 3 })

    expect(await deployAll(await deployments(), infrastructure)).toEqual({
      topics: [],
      subjects: [],
      migrations: [],
      positions: [],
    })
    for (const endpoint of endpoints) await checkDeployed(endpoint, infrastructure)
  })

  test('refuses a topic with another number of partitions', async () => {
    await deployAll(await deployments(), infrastructure)
    const wider = changed(sales, { partitions: 5 })
    await expect(deployAll([{ endpoint: wider }], infrastructure)).rejects.toThrow(
      /has 3 partitions, but endpoint "sales" wants 5/,
    )
    await expect(checkDeployed(wider, infrastructure)).rejects.toThrow(/has 3 partitions/)
  })

  test('refuses a schema that readers of the old one could not read', async () => {
    await deployAll(await deployments(), infrastructure)
    const schema = { type: 'record', name: 'OrderPlaced', namespace: 'sales', fields: [{ name: 'total', type: 'long' }] }
    const other = changed(sales, { produces: sales.produces.map((type) => ({ ...type, schema })) })
    await expect(deployAll([{ endpoint: other }], infrastructure)).rejects.toThrow(/order-placed-value/)
  })

  test('names the database that it could not migrate', async () => {
    const url = new URL(system.addresses.databaseUrl)
    url.pathname = '/there_is_no_such_database'
    await expect(deployAll([{ endpoint: sales, database: { url: url.href } }], infrastructure)).rejects.toThrow(
      'The database of "sales" could not be migrated: database "there_is_no_such_database" does not exist',
    )
  })
})

/** A message fails at billing for good. */
async function deadLetter(id: string, key: string): Promise<void> {
  const { broker, admin, prefix } = infrastructure
  const topic = `${prefix}sales.order-placed`
  const headers = { ce_id: id, ce_type: 'sales.OrderPlaced', 'x-bytes': Buffer.from([0, 255]) }
  await broker.publish([{ topic, key, value: Buffer.from([0, 0, 0, 0, 7, 255]), headers }])
  const record = (await all(admin.read(topic))).find((each) => openEnvelope(each).id === id)
  if (record === undefined) throw new Error(`${id} is not in ${topic}`)
  await broker.publish([deadLetterOf(billing, prefix, record, new Unrecoverable('The till is closed'))])
}

const openIds = async () => (await listFailures(infrastructure, 'billing')).map(({ id }) => id)
const by = 'a test'

async function replayedIds(): Promise<string[]> {
  const records = await all(infrastructure.admin.read(`${infrastructure.prefix}billing.replay`))
  return records.map((record) => openEnvelope(record).id).toSorted()
}

describe('dead letters', () => {
  test('are listed, replayed one or all, never twice, with their bytes, and are part of the journey', async () => {
    await deployAll(await deployments(), infrastructure)
    for (const [id, key] of [
      ['m-1', 'order-1'],
      ['m-2', 'order-2'],
      ['m-3', 'order-2'],
    ] as const)
      await deadLetter(id, key)
    expect(await openIds()).toEqual(['m-1', 'm-2', 'm-3'])

    expect(await replay({ endpoint: 'billing', ids: ['m-2'], by }, infrastructure)).toMatchObject({ replayed: 1 })
    expect(await openIds()).toEqual(['m-1', 'm-3'])
    expect(await replay({ endpoint: 'billing', by }, infrastructure)).toMatchObject({ replayed: 2 })
    expect(await replay({ endpoint: 'billing', by }, infrastructure)).toMatchObject({ replayed: 0 })
    expect(await openIds()).toEqual([])
    expect(await replayedIds()).toEqual(['m-1', 'm-2', 'm-3'])

    const [record] = await all(infrastructure.admin.read(`${infrastructure.prefix}billing.replay`))
    expect(record?.value).toEqual(Buffer.from([0, 0, 0, 0, 7, 255]))
    expect(record?.headers['x-bytes']).toEqual(Buffer.from([0, 255]))

    const steps = await journey('order-2', endpoints, infrastructure)
    expect(steps.map(({ kind, id }) => `${kind} ${id}`).toSorted()).toEqual([
      'dead-letter m-2',
      'dead-letter m-3',
      'message m-2',
      'message m-3',
      'replay m-2',
      'replay m-3',
    ])
  })

  test('that were sent but not marked are sent again with the same id, and two at once leave nothing open', async () => {
    await deployAll(await deployments(), infrastructure)
    await deadLetter('m-4', 'order-4')
    const dying: Broker = {
      ...infrastructure.broker,
      publish: async (records) => {
        if (records.some(({ topic }) => topic.endsWith('.replayed'))) throw new BrokerUnavailable('Killed, as the test wished')
        await infrastructure.broker.publish(records)
      },
    }
    await expect(replay({ endpoint: 'billing', by }, { ...infrastructure, broker: dying })).rejects.toThrow('Killed')
    expect(await openIds()).toEqual(['m-4'])

    await Promise.all([replay({ endpoint: 'billing', by }, infrastructure), replay({ endpoint: 'billing', by }, infrastructure)])
    expect(await openIds()).toEqual([])
    expect(new Set((await replayedIds()).filter((id) => id === 'm-4'))).toEqual(new Set(['m-4']))
  })

  test('with one id from two sources are two, and one that Kafka refuses keeps the others from nothing', async () => {
    await deployAll(await deployments(), infrastructure)
    const { broker, admin, prefix } = infrastructure
    const large = `${prefix}large`
    await admin.createTopics([{ topic: large, partitions: 2, config: { 'max.message.bytes': String(4 * 1024 * 1024) } }])
    const body = Buffer.alloc(3 * 1024 * 1024, 'body')
    await broker.publish([{ topic: large, key: 'order-6', value: body, partition: 1, headers: {} }])
    const parked = {
      'petrel-original-topic': large,
      'petrel-original-partition': '1',
      'petrel-original-offset': '0',
      'petrel-body-bytes': String(body.length),
      'petrel-body-sha256': createHash('sha256').update(body).digest('hex'),
    }
    const dead = (ce_id: string, ce_source: string, value: Buffer | null, headers = {}) =>
      broker.publish([{ topic: `${prefix}billing.dlt`, key: 'order-6', value, headers: { ce_id, ce_source, ...headers } }])
    await dead('m-6', 'sales', Buffer.from('sales'))
    await dead('m-7', 'sales', null, parked)
    await dead('m-6', 'shop', Buffer.from('shop'))

    const report = await replay({ endpoint: 'billing', by }, infrastructure)
    expect(report).toMatchObject({ replayed: 2, unsendable: [{ id: 'm-7', source: 'sales' }] })
    expect(report.unsendable[0]?.reason).toMatch(/billing\.replay refused a record of about 31\d{5} bytes/)
    const sent = (await all(admin.read(`${prefix}billing.replay`))).map(({ value }) => value?.toString())
    expect(sent).toEqual(expect.arrayContaining(['sales', 'shop']))
    expect(await openIds()).toEqual(['m-7'])

    expect(await discard({ endpoint: 'billing', by, reason: 'too large' }, infrastructure)).toMatchObject({ count: 1 })
    expect(await openIds()).toEqual([])
  })
})
