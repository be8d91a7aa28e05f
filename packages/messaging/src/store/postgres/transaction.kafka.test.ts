import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { testSystem, type TestSystem } from '../../../../../test/support/stack.ts'
import { aBatch } from '../conformance/fixture.ts'
import { type StoreTransaction, StoreUnavailable, WriteRefused } from '../port.ts'
import { openPool } from './connections.ts'
import { migrate, petrelMigrations } from './migrate.ts'
import { type PostgresStore, postgresStore } from './store.ts'

let system: TestSystem
let pool: Pool
let store: PostgresStore

beforeAll(async () => {
  system = await testSystem()
  const databaseUrl = await system.createDatabase('transactions')
  await migrate(databaseUrl, [petrelMigrations])
  pool = openPool(databaseUrl, { warn: () => {} }, 3)
  await pool.query(
    'create table stock (sku text primary key, available bigint not null check (available >= 0), price numeric, at timestamptz)',
  )
})

afterAll(async () => {
  await pool.end()
  await system.cleanup()
})

beforeEach(async () => {
  await pool.query('truncate stock, petrel_inbox')
  await pool.query(`insert into stock values ('tea', 5, 1.50, '2030-01-02T03:04:05Z')`)
  store = postgresStore({ pool, log: { warn: () => {} } })
})

const take = 'update stock set available = available - $1 where sku = $2 returning available'
const available = async () => Number((await pool.query<{ available: string }>('select available from stock')).rows[0]?.available)
const nothingIsLent = () => expect(pool.idleCount).toBe(pool.totalCount)

test('what a handler did with SQL is committed with the batch, and with nothing else', async () => {
  const transaction = store.transaction()
  expect(transaction.used).toBe(false)
  expect(await transaction.query(take, [2, 'tea'])).toEqual([{ available: 3 }])
  expect(transaction.used).toBe(true)
  expect(await available()).toBe(5)
  await store.save(aBatch({ handled: ['order-1'] }), transaction)
  expect(await available()).toBe(3)
  expect(await store.handledIds(['order-1'])).toEqual(new Set(['order-1']))
  nothingIsLent()
})

test('a transaction with nothing else to save is committed too', async () => {
  const transaction = store.transaction()
  await transaction.query(take, [1, 'tea'])
  await store.save(aBatch({ handled: [] }), transaction)
  expect(await available()).toBe(4)
  nothingIsLent()
})

test('rollback leaves nothing, whether the transaction was used or not', async () => {
  const transaction = store.transaction()
  await transaction.query(take, [2, 'tea'])
  await transaction.rollback()
  await transaction.rollback()
  await store.transaction().rollback()
  expect(await available()).toBe(5)
  nothingIsLent()
})

test('a batch that is refused takes what the handlers did with it', async () => {
  await store.save(aBatch({ handled: ['order-1'] }), store.transaction())
  const transaction = store.transaction()
  await transaction.query(take, [2, 'tea'])
  await expect(store.save(aBatch({ handled: ['order-1'] }), transaction)).rejects.toThrow('already exists')
  expect(await available()).toBe(5)
  nothingIsLent()
})

test('queries of handlers that run side by side wait in line for the one connection', async () => {
  const transaction = store.transaction()
  const answers = await Promise.all(Array.from({ length: 5 }, () => transaction.query<{ available: number }>(take, [1, 'tea'])))
  expect(answers.map(([row]) => row?.available)).toEqual([4, 3, 2, 1, 0])
  expect(pool.totalCount - pool.idleCount).toBe(1)
  await transaction.rollback()
})

test('a bigint comes as a number, a numeric as text, a timestamp as a Date', async () => {
  const transaction = store.transaction()
  const [row] = await transaction.query('select *, count(*) over () as rows from stock')
  expect(row).toEqual({ sku: 'tea', available: 5, price: '1.50', at: new Date('2030-01-02T03:04:05Z'), rows: 1 })
  await expect(transaction.query('select 9007199254740993 as big')).rejects.toThrow(RangeError)
  expect(await transaction.query('select 9007199254740993::text as big')).toEqual([{ big: '9007199254740993' }])
  await transaction.rollback()
})

test('a query that asks for the impossible is refused, and so is every one after it until the rollback', async () => {
  const transaction = store.transaction()
  const refused = transaction.query(take, [6, 'tea'])
  await expect(refused).rejects.toThrow(WriteRefused)
  await expect(refused).rejects.toThrow('stock_available_check')
  await expect(transaction.query(take, [1, 'tea'])).rejects.toThrow(WriteRefused)
  expect(transaction.unavailable).toBeUndefined()
  await expect(store.save(aBatch({ handled: ['order-2'] }), transaction)).rejects.toThrow('stock_available_check')
  expect(await store.handledIds(['order-2'])).toEqual(new Set())
  nothingIsLent()
})

test('a handler that swallows the error of its query does not get the batch saved without it', async () => {
  const transaction = store.transaction()
  await transaction.query('insert into nowhere values (1)').catch(() => {})
  await expect(store.save(aBatch({ handled: ['order-3'] }), transaction)).rejects.toThrow('relation "nowhere" does not exist')
})

test('a value that cannot be written is the handler’s own mistake and spoils nothing', async () => {
  const transaction = store.transaction()
  const circular: Record<string, unknown> = {}
  circular['itself'] = circular
  await expect(transaction.query(take, [circular, 'tea'])).rejects.toThrow(TypeError)
  await transaction.query(take, [1, 'tea'])
  await store.save(aBatch(), transaction)
  expect(await available()).toBe(4)
})

test('a handler can neither end the transaction nor use it when the batch is over', async () => {
  const transaction = store.transaction()
  for (const sql of ['commit', ' ROLLBACK', 'begin', 'savepoint here'])
    await expect(transaction.query(sql)).rejects.toThrow('The engine begins and ends the transaction')
  await store.save(aBatch(), transaction)
  await expect(transaction.query(take, [1, 'tea'])).rejects.toThrow('await every query')
  nothingIsLent()
})

test('a query that a handler did not await cannot slip in behind the commit', async () => {
  const transaction = store.transaction()
  await transaction.query(take, [1, 'tea'])
  const saving = store.save(aBatch(), transaction)
  await expect(transaction.query(take, [1, 'tea'])).rejects.toThrow('await every query')
  await saving
  expect(await available()).toBe(4)
  nothingIsLent()
})

test('a connection that is lost in a transaction is the store’s failure, and the next batch gets another', async () => {
  const transaction = store.transaction()
  await transaction.query(take, [2, 'tea'])
  await terminate(transaction)
  await expect(transaction.query(take, [2, 'tea'])).rejects.toThrow(StoreUnavailable)
  expect(transaction.unavailable).toBeInstanceOf(StoreUnavailable)
  await expect(store.save(aBatch({ handled: ['order-4'] }), transaction)).rejects.toThrow(StoreUnavailable)
  expect(await available()).toBe(5)
  await store.save(aBatch({ handled: ['order-4'] }), store.transaction())
  expect(await store.handledIds(['order-4'])).toEqual(new Set(['order-4']))
  nothingIsLent()
})

test('a connection that is lost before the save fails the save as a whole', async () => {
  const transaction = store.transaction()
  await transaction.query(take, [2, 'tea'])
  await terminate(transaction)
  await expect(store.save(aBatch({ handled: ['order-5'] }), transaction)).rejects.toThrow(StoreUnavailable)
  expect(await available()).toBe(5)
  expect(await store.handledIds(['order-5'])).toEqual(new Set())
  nothingIsLent()
})

/** Ends the transaction's connection from outside, as an administrator or a failing server would. */
async function terminate(transaction: StoreTransaction): Promise<void> {
  const [row] = await transaction.query<{ pid: number }>('select pg_backend_pid() as pid')
  await pool.query('select pg_terminate_backend($1, 5000)', [row?.pid])
}
