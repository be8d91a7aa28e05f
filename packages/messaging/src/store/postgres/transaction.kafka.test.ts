import type { EventEmitter } from 'node:events'
import type { Pool, PoolClient } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually, testSystem, type TestSystem } from '../../../../../test/support/stack.ts'
import { aMessage, aUnit } from '../conformance/fixture.ts'
import { LockNotFree, type Store, type StoreTransaction, StoreUnavailable, WriteRefused } from '../port.ts'
import { openPool } from './connections.ts'
import { migrate, petrelMigrations } from './migrate.ts'
import { postgresStore } from './store.ts'

let system: TestSystem
let pool: Pool
let store: Store

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
const allConnectionsAreBack = () => expect(pool.idleCount).toBe(pool.totalCount)

test('what a handler did with SQL is committed with the unit, and not before', async () => {
  const message = aMessage()
  const transaction = await store.begin()
  expect(await transaction.query(take, [2, 'tea'])).toEqual([{ available: 3 }])
  expect(await available()).toBe(5)
  await transaction.commit([aUnit({ handled: [message] })])
  expect(await available()).toBe(3)
  expect(await store.handledIds([message])).toEqual(new Set([message]))
  allConnectionsAreBack()
})

test('a transaction whose unit has nothing to save is committed too', async () => {
  const transaction = await store.begin()
  await transaction.query(take, [1, 'tea'])
  await transaction.commit([aUnit({ handled: [] })])
  expect(await available()).toBe(4)
  allConnectionsAreBack()
})

/** How often the server was ready for more: each is a way to it and back. */
async function waysDuring(work: () => Promise<void>): Promise<number> {
  const client = (await pool.connect()) as PoolClient & { readonly connection: EventEmitter }
  let ways = 0
  const count = () => void (ways += 1)
  client.connection.on('readyForQuery', count)
  client.release()
  await work()
  client.connection.off('readyForQuery', count)
  return ways
}

test('a transaction goes to PostgreSQL and back twice: with its query, and with the commit', async () => {
  const ways = await waysDuring(async () => {
    const transaction = await store.begin()
    await transaction.query(take, [2, 'tea'])
    await transaction.commit([aUnit()])
  })
  expect(ways).toBe(2)
  expect(await available()).toBe(3)
})

test('without a query it goes there with the save, or not at all', async () => {
  const message = aMessage()
  const saving = await waysDuring(async () => {
    const transaction = await store.begin()
    await transaction.commit([aUnit({ handled: [message] })])
  })
  const rollingBack = await waysDuring(async () => {
    const transaction = await store.begin()
    await transaction.rollback()
  })
  expect([saving, rollingBack]).toEqual([1, 0])
  expect(await store.handledIds([message])).toEqual(new Set([message]))
  allConnectionsAreBack()
})

test('its first query may be several statements in one text', async () => {
  const transaction = await store.begin()
  await transaction.query(`set local lock_timeout = '1s'; update stock set available = 1`)
  await transaction.rollback()
  expect(await available()).toBe(5)
})

test('rolling back undoes what a handler did, and gives the connection back', async () => {
  const [used, unused] = [await store.begin(), await store.begin()]
  await used.query(take, [2, 'tea'])
  await used.rollback()
  await used.rollback()
  await unused.rollback()
  expect(await available()).toBe(5)
  allConnectionsAreBack()
})

test('a unit that is refused takes with it what the handlers did', async () => {
  const handled = [aMessage()]
  await store.save([aUnit({ handled })])
  const transaction = await store.begin()
  await transaction.query(take, [2, 'tea'])
  await expect(transaction.commit([aUnit({ handled })])).rejects.toThrow('petrel_inbox_pkey')
  expect(await available()).toBe(5)
  allConnectionsAreBack()
})

test('queries of handlers that run side by side wait for each other on one connection', async () => {
  const transaction = await store.begin()
  const answers = await Promise.all(Array.from({ length: 5 }, () => transaction.query<{ available: number }>(take, [1, 'tea'])))
  expect(answers.map(([row]) => row?.available)).toEqual([4, 3, 2, 1, 0])
  expect(pool.totalCount - pool.idleCount).toBe(1)
  await transaction.rollback()
})

test('a bigint arrives as a number, a numeric as text, a timestamp as a Date', async () => {
  const transaction = await store.begin()
  const [row] = await transaction.query('select *, count(*) over () as rows from stock')
  expect(row).toEqual({ sku: 'tea', available: 5, price: '1.50', at: new Date('2030-01-02T03:04:05Z'), rows: 1 })
  await expect(transaction.query('select 9007199254740993 as big')).rejects.toThrow(RangeError)
  expect(await transaction.query('select 9007199254740993::text as big')).toEqual([{ big: '9007199254740993' }])
  await transaction.rollback()
})

test('a query that breaks a constraint is refused, and so is every query after it and the commit', async () => {
  const message = aMessage()
  const transaction = await store.begin()
  const refused = transaction.query(take, [6, 'tea'])
  await expect(refused).rejects.toThrow(WriteRefused)
  await expect(refused).rejects.toThrow('stock_available_check')
  await expect(transaction.query(take, [1, 'tea'])).rejects.toThrow(WriteRefused)
  expect(transaction.unavailable).toBeUndefined()
  await expect(transaction.commit([aUnit({ handled: [message] })])).rejects.toThrow('stock_available_check')
  expect(await store.handledIds([message])).toEqual(new Set())
  allConnectionsAreBack()
})

const raise = (state: string) => `do $$ begin raise exception 'no' using errcode = '${state}'; end $$`

test.each([
  ['an exception with the state 45000', [raise('45000')]],
  ['an exception with a state of the service’s own', [raise('U0001')]],
  ['an exception of a routine that SQL calls', [raise('38000')]],
  ['a trigger that changes what was triggered', [raise('27000')]],
  ['an assertion', ['do $$ begin assert false; end $$']],
  ['a statement that takes too long', [`set local statement_timeout = '20ms'`, 'select pg_sleep(5)']],
  ['too few values', ['select $1::text, $2::text']],
  ['a statement that does not exist', ['execute nothing']],
])('a permanent failure is the handler’s own, and the store is not unavailable: %s', async (_, queries) => {
  const transaction = await store.begin()
  for (const query of queries.slice(0, -1)) await transaction.query(query)
  await expect(transaction.query(queries.at(-1) ?? '')).rejects.toThrow(WriteRefused)
  expect(transaction.unavailable).toBeUndefined()
  await expect(transaction.commit([aUnit()])).rejects.toThrow(WriteRefused)
  allConnectionsAreBack()
})

test('a lock that is not free in time is no failure of the handler: the store is unavailable until then', async () => {
  const [holder, transaction] = [await store.begin(), await store.begin()]
  await holder.query('lock table stock')
  await transaction.query(`set local lock_timeout = '20ms'`)
  await expect(transaction.query(take, [1, 'tea'])).rejects.toThrow(LockNotFree)
  expect(transaction.unavailable).toBeInstanceOf(LockNotFree)
  await transaction.rollback()
  await holder.rollback()
  allConnectionsAreBack()
})

test('a transaction that a handler leaves idle for too long is the handler’s own failure', async () => {
  const transaction = await store.begin()
  await transaction.query(`set local idle_in_transaction_session_timeout = '20ms'`)
  await ended(transaction)
  const refused = transaction.query(take, [1, 'tea'])
  await expect(refused).rejects.toThrow(WriteRefused)
  await expect(refused).rejects.toThrow('idle-in-transaction timeout')
  expect(transaction.unavailable).toBeUndefined()
  await expect(transaction.commit([aUnit()])).rejects.toThrow(WriteRefused)
  expect(await available()).toBe(5)
  allConnectionsAreBack()
})

test('a handler that ignores the error of its query does not get its unit saved without it', async () => {
  const transaction = await store.begin()
  await transaction.query('insert into nowhere values (1)').catch(() => {})
  await expect(transaction.commit([aUnit()])).rejects.toThrow('relation "nowhere" does not exist')
})

test('a value that pg cannot write is the handler’s own mistake, and the transaction goes on', async () => {
  const transaction = await store.begin()
  const circular: Record<string, unknown> = {}
  circular['itself'] = circular
  await expect(transaction.query(take, [circular, 'tea'])).rejects.toThrow(TypeError)
  await transaction.query(take, [1, 'tea'])
  await transaction.commit([aUnit()])
  expect(await available()).toBe(4)
})

test('a handler can neither end the transaction nor use it after its end', async () => {
  const transaction = await store.begin()
  for (const sql of ['commit', ' ROLLBACK', 'begin', 'savepoint here'])
    await expect(transaction.query(sql)).rejects.toThrow('The engine begins and ends the transaction')
  await transaction.commit([aUnit()])
  await expect(transaction.query(take, [1, 'tea'])).rejects.toThrow('await every query')
  allConnectionsAreBack()
})

test('a query that a handler did not await is not added behind the commit', async () => {
  const transaction = await store.begin()
  await transaction.query(take, [1, 'tea'])
  const committing = transaction.commit([aUnit()])
  await expect(transaction.query(take, [1, 'tea'])).rejects.toThrow('await every query')
  await committing
  expect(await available()).toBe(4)
  allConnectionsAreBack()
})

test('a connection that is lost between two queries makes the transaction unavailable, before the next query', async () => {
  const transaction = await store.begin()
  await transaction.query(take, [2, 'tea'])
  await terminate(transaction)
  await eventually(() => expect(transaction.unavailable).toBeInstanceOf(StoreUnavailable))
  await expect(transaction.query(take, [2, 'tea'])).rejects.toThrow(StoreUnavailable)
  await transaction.rollback()
  expect(await available()).toBe(5)
  allConnectionsAreBack()
})

test('a transaction whose connection is lost before the commit saves nothing, and another can save the unit', async () => {
  const handled = [aMessage()]
  const transaction = await store.begin()
  await transaction.query(take, [2, 'tea'])
  await terminate(transaction)
  await expect(transaction.commit([aUnit({ handled })])).rejects.toThrow(StoreUnavailable)
  expect(await available()).toBe(5)
  expect(await store.handledIds(handled)).toEqual(new Set())
  await (await store.begin()).commit([aUnit({ handled })])
  expect(await store.handledIds(handled)).toEqual(new Set(handled))
  allConnectionsAreBack()
})

/** Ends the transaction's connection from outside, as an administrator or a failing server would. */
async function terminate(transaction: StoreTransaction): Promise<void> {
  await pool.query('select pg_terminate_backend($1, 5000)', [await processOf(transaction)])
}

async function processOf(transaction: StoreTransaction): Promise<number> {
  const [row] = await transaction.query<{ pid: number }>('select pg_backend_pid() as pid')
  return row?.pid ?? 0
}

/** Waits until PostgreSQL has ended the transaction's session. */
async function ended(transaction: StoreTransaction): Promise<void> {
  const pid = await processOf(transaction)
  await eventually(async () => {
    const { rows } = await pool.query('select from pg_stat_activity where pid = $1', [pid])
    expect(rows).toEqual([])
  })
}
