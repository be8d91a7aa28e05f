import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { type TestSystem, testSystem } from '../../../../test/support/stack.ts'
import { endpoint } from '../definition/endpoint.ts'
import { transactionalHandler } from '../definition/handler.ts'
import { command, event, timeout } from '../definition/message.ts'
import { saga } from '../definition/saga.ts'
import { described } from '../definition/testing/described.ts'
import { type InMemoryOptions, type InMemorySystem, startInMemory } from './inMemory.ts'

interface Product {
  readonly sku: string
}

const CountProduct = command<Product>(described('stock', 'CountProduct', { key: 'sku' }))
const ProductCounted = event<Product>(described('stock', 'ProductCounted', { key: 'sku' }))
const CountOverdue = timeout<Product>(described('stock', 'CountOverdue', { key: 'sku' }))
const CountRepeated = event<Product>(described('stock', 'CountRepeated', { key: 'sku' }))

/** Counts in SQL, and asks for another count an hour later. */
const stock = endpoint({
  name: 'stock',
  handlers: [
    transactionalHandler(CountProduct, async (product, { tx, publish }) => {
      await tx.query('insert into counts (sku) values ($1)', [product.sku])
      publish(ProductCounted(product))
    }),
  ],
  sagas: [
    saga('count-policy', () => ({}))
      .startedBy(ProductCounted, 'sku', (product, policy) => policy.requestTimeout(CountOverdue(product), '1h'))
      .timeout(CountOverdue, (product, policy) => policy.publish(CountRepeated(product))),
  ],
  produces: [ProductCounted, CountOverdue, CountRepeated],
})

let stack: TestSystem
let databases = 0
beforeAll(async () => void (stack = await testSystem()))
afterAll(() => stack.cleanup())
afterEach(() => void vi.useRealTimers())

async function start(options: InMemoryOptions = {}): Promise<InMemorySystem> {
  databases += 1
  const url = await stack.createDatabase(`stock-${databases}`)
  const system = await startInMemory([stock], { ...options, databases: { stock: { url } }, settleTimeoutMs: 30_000 })
  onTestFinished(() => system.stop())
  await system.database('stock').query('create table counts (sku text)')
  return system
}

const counts = async (system: InMemorySystem) => (await system.database('stock').query('select sku from counts')).rows as object[]

test('an endpoint with SQL has a database that is migrated', async () => {
  const system = await start()
  await system.send(CountProduct({ sku: 'tea' }))
  await system.settled()
  expect(await counts(system)).toEqual([{ sku: 'tea' }])
  expect(await system.produced(ProductCounted)).toEqual([{ sku: 'tea' }])
})

test('a database that loses all connections is waited for', async () => {
  const system = await start()
  await system.send(CountProduct({ sku: 'tea' }))
  await system
    .database('stock')
    .query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
  await system.settled()
  expect(await counts(system)).toEqual([{ sku: 'tea' }])
})

test('what is scheduled in a database is due when the test has moved its time, however long the test takes', async () => {
  vi.useFakeTimers({ now: Date.UTC(2030, 0, 1) })
  const system = await start({ advanceTimers: vi.advanceTimersByTime })
  await system.send(CountProduct({ sku: 'tea' }))
  await system.advance('59m')
  expect(await system.produced(CountRepeated)).toEqual([])
  await system.advance('1m')
  expect(await system.produced(CountRepeated)).toEqual([{ sku: 'tea' }])
  expect(Date.now()).toBe(Date.UTC(2030, 0, 1, 1))
})
