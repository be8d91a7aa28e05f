import { expect, test } from 'vitest'
import { type MemoryBroker, memoryBroker } from '../broker/memory.ts'
import { memoryRegistry } from '../registry/memory.ts'
import { deployAll } from './deploy.ts'
import { readLag } from './lag.ts'
import { failingBilling } from './testing/failingEndpoint.ts'
import { billing, sales } from './testing/shop.ts'

const prefix = 'p.'

async function deployed(): Promise<MemoryBroker> {
  const broker = memoryBroker()
  await deployAll([{ endpoint: sales }, { endpoint: billing }], { admin: broker.admin, registry: memoryRegistry(), prefix })
  return broker
}

const record = (topic: string, partition: number) => ({ topic, key: 'o-1', value: null, headers: {}, partition })

test('what a group has not committed waits for it, partition by partition', async () => {
  const broker = await deployed()
  const topic = 'p.sales.order-placed'
  await broker.publish([0, 0, 0, 1].map((partition) => record(topic, partition)))
  await broker.admin.commit('p.billing', [{ topic, partition: 0, offset: 2n }])
  const lags = await readLag({ admin: broker.admin, prefix })
  const { main } = lags.find(({ endpoint }) => endpoint === 'billing') ?? {}
  expect(main).toMatchObject({ group: 'p.billing', members: 0, lag: 2 })
  expect(main?.partitions.filter(({ lag }) => lag > 0)).toEqual([
    { topic, partition: 0, end: '3', committed: '2', lag: 1 },
    { topic, partition: 1, end: '1', committed: '0', lag: 1 },
  ])
})

test('what waits for a further try is apart from what nobody has tried yet', async () => {
  const broker = await deployed()
  await broker.publish([record('p.billing.replay', 0)])
  const lags = await readLag({ admin: broker.admin, prefix })
  expect(lags.find(({ endpoint }) => endpoint === 'billing')).toMatchObject({ main: { lag: 0 }, retry: { lag: 1 } })
})

test('members are counted, and endpoints under another prefix are not', async () => {
  const broker = await deployed()
  await broker.admin.createTopics([{ topic: 'q.stock.dlt', partitions: 1, config: {} }])
  await broker.subscribe({
    group: 'p.billing',
    topics: ['p.sales.order-placed'],
    listener: { onAssigned: () => {}, onRecords: () => {} },
  })
  const lags = await readLag({ admin: broker.admin, prefix })
  expect(lags.map(({ endpoint, main }) => [endpoint, main.members])).toEqual([
    ['billing', 1],
    ['sales', 0],
  ])
})

test('messages that wait for a person are counted until one has decided', async () => {
  const failing = await failingBilling()
  await failing.receive('m-1')
  await failing.receive('m-2')
  expect(await readLag({ admin: failing.broker.admin, prefix })).toMatchObject([{ endpoint: 'billing', deadLetters: 2 }])
})
