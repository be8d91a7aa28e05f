import { expect, test } from 'vitest'
import { memoryBroker } from '../broker/memory.ts'
import { handler } from '../definition/handler.ts'
import { memoryRegistry } from '../registry/memory.ts'
import { checkDeployed } from './checkDeployed.ts'
import { deploy, deployAll } from './deploy.ts'
import { plan } from './plan.ts'
import { billing, changed, OrderPlaced, sales, shipping, till } from './testing/shop.ts'

function emptyGround() {
  const broker = memoryBroker()
  return { broker, admin: broker.admin, registry: memoryRegistry(), prefix: 'p.' }
}

const all = [{ endpoint: shipping }, { endpoint: billing }, { endpoint: sales }]
const nothingNew = { topics: [], subjects: [], migrations: [], positions: [] }
const listener = { onAssigned: () => {}, onRecords: () => {} }

/** It hears of orders, but only of those that come. */
const fraud = changed(billing, { name: 'fraud', handlers: [handler(OrderPlaced, () => {})], produces: [], from: 'latest' })

const place = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    topic: 'p.sales.order-placed',
    key: `order-${index}`,
    value: Buffer.from('body'),
    headers: {},
  }))

test('endpoints that subscribe to each other are deployed together in any order, and the second time changes nothing', async () => {
  const infrastructure = emptyGround()
  const report = await deployAll(all, infrastructure)
  expect(report.topics).toContain('p.sales.order-placed')
  expect(report.subjects.toSorted()).toEqual([
    'p.billing.audit-value',
    'p.billing.order-billed-value',
    'p.billing.refund-order-value',
    'p.sales.audit-value',
    'p.sales.order-placed-value',
    'p.sales.place-order-value',
    'p.shipping.audit-value',
    'p.shipping.shipment-overdue-value',
  ])
  expect(report.positions).toContainEqual({ group: 'p.shipping', topic: 'p.billing.order-billed', partitions: 3 })

  expect(await deployAll(all, infrastructure)).toEqual(nothingNew)
  for (const { endpoint } of all) await checkDeployed(endpoint, infrastructure)
})

test('an endpoint alone names whose deployment it waits for, and is deployed after that', async () => {
  const infrastructure = emptyGround()
  await expect(deploy({ endpoint: billing }, infrastructure)).rejects.toThrow(
    'Endpoint "billing" is not deployed: topic p.sales.order-placed is missing. Run: petrel deploy sales',
  )
  await deploy({ endpoint: sales }, infrastructure)
  await deploy({ endpoint: billing }, infrastructure)
  await checkDeployed(billing, infrastructure)
})

test('of an endpoint that is refused no database is made', async () => {
  let made = 0
  const make = async () => void (made += 1)
  const database = { url: 'postgres://nobody:comes@127.0.0.1:1/here', make }
  await expect(deploy({ endpoint: billing, database }, emptyGround())).rejects.toThrow('is not deployed')
  expect(made).toBe(0)
  await expect(deploy({ endpoint: sales, database }, emptyGround())).rejects.toThrow('ECONNREFUSED')
  expect(made).toBe(1)
})

test('a topic with another number of partitions is left alone, and the error says what to do; nothing else is made', async () => {
  const infrastructure = emptyGround()
  await infrastructure.admin.createTopics([{ topic: 'p.sales.order-placed', partitions: 12, config: {} }])
  await expect(deployAll(all, infrastructure)).rejects.toThrow(
    /^Topic p\.sales\.order-placed has 12 partitions, but endpoint "sales" wants 3\. .* write the number that is there/,
  )
  expect(await infrastructure.admin.topics()).toEqual(['p.sales.order-placed'])
  await expect(checkDeployed(sales, infrastructure)).rejects.toThrow(/has 12 partitions/)
})

test('a service whose topic was given partitions starts all the same, and says so; one with fewer does not', async () => {
  const infrastructure = emptyGround()
  await deployAll(all, infrastructure)
  const given = async (partitions: number) => {
    await infrastructure.admin.deleteTopics(['p.sales.order-placed'])
    await infrastructure.admin.createTopics([{ topic: 'p.sales.order-placed', partitions, config: {} }])
  }
  const said: string[] = []
  const start = () => checkDeployed(sales, { ...infrastructure, onMorePartitions: ({ topic }) => void said.push(topic) })
  await given(12)
  await start()
  expect(said).toEqual(['p.sales.order-placed'])
  await given(2)
  await expect(start()).rejects.toThrow(/has 2 partitions/)
})

test('a partition that a topic was given since is read from its beginning, also by a group that began with the latest', async () => {
  const infrastructure = emptyGround()
  await deploy({ endpoint: sales }, infrastructure)
  const known = [0, 1].map((partition) => ({ topic: 'p.sales.order-placed', partition, offset: 0n }))
  await infrastructure.admin.commit('p.fraud', known)
  await infrastructure.broker.publish(place(20))
  await infrastructure.admin.createTopics(plan(fraud, 'p.').topics)
  await checkDeployed(fraud, infrastructure)

  await deploy({ endpoint: fraud }, infrastructure)
  expect((await infrastructure.admin.committed('p.fraud', ['p.sales.order-placed'])).map(({ offset }) => offset)).toEqual([
    0n,
    0n,
    0n,
  ])
})

test('a new group begins with the past, or with what comes after, as its endpoint defines', async () => {
  const infrastructure = emptyGround()
  await deploy({ endpoint: sales }, infrastructure)
  await infrastructure.broker.publish(place(20))
  await deploy({ endpoint: billing }, infrastructure)
  await deploy({ endpoint: fraud }, infrastructure)

  const begin = async (group: string) =>
    (await infrastructure.admin.committed(group, ['p.sales.order-placed'])).map(({ offset }) => offset)
  const ends = (await infrastructure.admin.offsets('p.sales.order-placed')).map(({ latest }) => latest)
  expect(await begin('p.billing')).toEqual([0n, 0n, 0n])
  expect(await begin('p.fraud')).toEqual(ends)
})

test('a position that a group has is not touched, and a subscription added later gets its own', async () => {
  const infrastructure = emptyGround()
  await deployAll([{ endpoint: sales }, { endpoint: changed(billing, { handlers: billing.handlers.slice(1) }) }], infrastructure)
  const mine = { topic: 'p.billing.refund-order', partition: 1, offset: 7n }
  await infrastructure.admin.commit('p.billing', [mine])

  const { positions } = await deploy({ endpoint: billing }, infrastructure)
  expect(positions).toEqual([{ group: 'p.billing', topic: 'p.sales.order-placed', partitions: 3 }])
  expect(await infrastructure.admin.committed('p.billing', [mine.topic])).toContainEqual(mine)
})

test('a subscription can be added while the old version runs, unless it wants only what comes', async () => {
  const infrastructure = emptyGround()
  const before = changed(billing, { handlers: billing.handlers.slice(1) })
  await deployAll([{ endpoint: sales }, { endpoint: before }], infrastructure)
  const running = await infrastructure.broker.subscribe({ group: 'p.billing', topics: ['p.billing.refund-order'], listener })

  expect(await deploy({ endpoint: billing }, infrastructure)).toEqual(nothingNew)
  await checkDeployed(billing, infrastructure)
  const latest = changed(billing, { from: 'latest' })
  await expect(deploy({ endpoint: latest }, infrastructure)).rejects.toThrow(
    'The group p.billing has running members: stop them first',
  )
  await expect(checkDeployed(latest, infrastructure)).rejects.toThrow(
    'Endpoint "billing" is not deployed: the first position of group p.billing is missing. Run: petrel deploy billing',
  )
  await running.stop()
})

test('a topic that somebody has deleted is made again while a group runs that wants only what comes: all of the new one is that', async () => {
  const infrastructure = emptyGround()
  const both = [{ endpoint: sales }, { endpoint: fraud }]
  await deployAll(both, infrastructure)
  const running = await infrastructure.broker.subscribe({ group: 'p.fraud', topics: ['p.sales.order-placed'], listener })
  await infrastructure.admin.deleteTopics(['p.sales.order-placed'])

  expect(await deployAll(both, infrastructure)).toEqual({ ...nothingNew, topics: ['p.sales.order-placed'] })
  await running.stop()
})

test('what comes into a topic as soon as it is made is not passed over by a group that wants only what comes', async () => {
  const infrastructure = emptyGround()
  const { broker, admin } = infrastructure
  const createTopics: typeof admin.createTopics = async (specs) => {
    const made = await admin.createTopics(specs)
    await broker.publish(place(20))
    return made
  }
  await deployAll([{ endpoint: sales }, { endpoint: fraud }], { ...infrastructure, admin: { ...admin, createTopics } })
  const committed = await admin.committed('p.fraud', ['p.sales.order-placed'])
  expect(committed.map(({ offset }) => offset)).toEqual([0n, 0n, 0n])
})

test('an endpoint that was never deployed says what is missing, and what to run', async () => {
  const infrastructure = emptyGround()
  await expect(checkDeployed(shipping, infrastructure)).rejects.toThrow(
    'Endpoint "shipping" is not deployed: topic p.shipping.shipment-overdue, topic p.shipping.retry.2s, ' +
      'topic p.shipping.retry.4s, and 10 more are missing. Run: petrel deploy shipping sales billing',
  )
  await deploy({ endpoint: sales }, infrastructure)
  await checkDeployed(till, infrastructure)
})

test('an endpoint that was deployed before its topics had grown is deployed again first', async () => {
  const infrastructure = emptyGround()
  await deployAll(all, infrastructure)
  await infrastructure.admin.deleteTopics(['p.billing.postponed'])
  await expect(checkDeployed(billing, infrastructure)).rejects.toThrow(
    'Endpoint "billing" is not deployed: topic p.billing.postponed is missing. Run: petrel deploy billing',
  )
  expect(await deploy({ endpoint: billing }, infrastructure)).toMatchObject({ topics: ['p.billing.postponed'] })
  await checkDeployed(billing, infrastructure)
})

test('an endpoint that was deployed before there were audits starts, and its next deployment makes what was missing', async () => {
  const infrastructure = emptyGround()
  await deployAll(all, infrastructure)
  await infrastructure.admin.deleteTopics(['p.billing.audit'])
  await infrastructure.registry.remove('p.billing.audit-value')
  await checkDeployed(billing, infrastructure)
  expect(await deploy({ endpoint: billing }, infrastructure)).toMatchObject({
    topics: ['p.billing.audit'],
    subjects: ['p.billing.audit-value'],
  })
})

test('an endpoint whose schema has changed since it was deployed says so', async () => {
  const infrastructure = emptyGround()
  await deploy({ endpoint: sales }, infrastructure)
  const schema = { type: 'record', name: 'OrderPlaced', namespace: 'sales', fields: [] }
  const newer = changed(sales, { produces: sales.produces.map((type) => ({ ...type, schema })) })
  await expect(checkDeployed(newer, infrastructure)).rejects.toThrow(
    'Endpoint "sales" is not deployed: schema p.sales.order-placed-value is missing. Run: petrel deploy sales',
  )
})
