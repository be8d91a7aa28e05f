import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually, testSystem, type TestSystem } from '../../../../../test/support/stack.ts'
import { migrate, MigrationError, pendingMigrations, petrelMigrations } from './migrate.ts'

let system: TestSystem
let databaseUrl: string
let client: Client
let folder: string
let round = 0

beforeAll(async () => {
  system = await testSystem()
})
afterAll(() => system.cleanup())

beforeEach(async () => {
  round += 1
  databaseUrl = await system.createDatabase(`migrate-${round}`)
  client = new Client({ connectionString: databaseUrl })
  await client.connect()
  folder = await mkdtemp(join(tmpdir(), 'petrel-migrations-'))
})
afterEach(async () => {
  await client.end()
  await rm(folder, { recursive: true })
})

const file = (name: string, sql: string) => writeFile(join(folder, name), sql)
const own = () => [{ namespace: 'sales', path: folder }]
const rowsOf = async (sql: string) => (await client.query<Record<string, unknown>>(sql)).rows

test('files run in the order of their numbers, each once; running again changes nothing', async () => {
  await file('002_add_total.sql', 'alter table orders add column total bigint')
  await file('001_create_orders.sql', 'create table orders (id text); insert into orders values (1)')
  expect(await migrate(databaseUrl, own())).toEqual(['sales/001_create_orders.sql', 'sales/002_add_total.sql'])
  expect(await migrate(databaseUrl, own())).toEqual([])
  expect(await rowsOf('select * from orders')).toEqual([{ id: '1', total: null }])
})

test('files that have not run are pending, also before the first run', async () => {
  await file('001_create_orders.sql', 'create table orders (id text)')
  expect(await pendingMigrations(databaseUrl, own())).toEqual(['sales/001_create_orders.sql'])
  await migrate(databaseUrl, own())
  await file('002_add_total.sql', 'alter table orders add column total bigint')
  expect(await pendingMigrations(client, own())).toEqual(['sales/002_add_total.sql'])
  await migrate(client, own())
  expect(await pendingMigrations(client, own())).toEqual([])
})

test('a service numbers its files independently of the library', async () => {
  await file('001_create_orders.sql', 'create table orders (id text)')
  const names = await migrate(databaseUrl, [petrelMigrations, ...own()])
  expect(names.at(-1)).toBe('sales/001_create_orders.sql')
  expect(names.slice(0, -1).every((name) => name.startsWith('petrel/'))).toBe(true)
  expect(await rowsOf('select * from petrel_inbox')).toEqual([])
})

test('a file that was changed after it had run is an error, at deployment and at start', async () => {
  await file('001_create_orders.sql', 'create table orders (id text)')
  await migrate(databaseUrl, own())
  await file('001_create_orders.sql', 'create table orders (id uuid)')
  await expect(migrate(databaseUrl, own())).rejects.toThrow(MigrationError)
  await expect(pendingMigrations(databaseUrl, own())).rejects.toThrow('sales/001_create_orders.sql was changed after it had run')
  await file('001_create_orders.sql', 'create table orders (id text)')
  expect(await migrate(databaseUrl, own())).toEqual([])
})

test('other line endings are not a change of the file', async () => {
  await file('001_create_orders.sql', 'create table orders (\n id text\n)')
  await migrate(databaseUrl, own())
  await file('001_create_orders.sql', 'create table orders (\r\n id text\r\n)')
  expect(await migrate(databaseUrl, own())).toEqual([])
})

test('a file that fails changes nothing; what ran before it stays, and the corrected file can be run', async () => {
  await file('001_create_orders.sql', 'create table orders (id text)')
  await file('002_add_total.sql', 'alter table orders add column total bigint; select nonsense')
  await expect(migrate(databaseUrl, own())).rejects.toThrow(
    'Migration sales/002_add_total.sql failed: column "nonsense" does not exist',
  )
  expect(await rowsOf('select * from orders')).toEqual([])
  await file('002_add_total.sql', 'alter table orders add column total bigint')
  expect(await migrate(databaseUrl, own())).toEqual(['sales/002_add_total.sql'])
})

test('two deployments at the same time run each file once', async () => {
  await file('001_create_orders.sql', 'create table orders (id text); insert into orders values (1)')
  const names = await Promise.all([1, 2, 3].map(() => migrate(databaseUrl, own())))
  expect(names.flat()).toEqual(['sales/001_create_orders.sql'])
  expect(await rowsOf('select * from orders')).toHaveLength(1)
})

test('a deployment of the version before, which locks for its session, keeps others waiting until it is done', async () => {
  await file('001_create_orders.sql', 'create table orders (id text)')
  await client.query('select pg_advisory_lock(7386520114)')
  const migrating = migrate(databaseUrl, own())
  await eventually(async () =>
    expect(
      await rowsOf(`select from pg_locks join pg_database on pg_database.oid = database
      where locktype = 'advisory' and not granted and datname = current_database()`),
    ).toHaveLength(1),
  )
  await client.query('select pg_advisory_unlock(7386520114)')
  expect(await migrating).toEqual(['sales/001_create_orders.sql'])
})

test('time limits of the database do not end a migration', async () => {
  await migrate(databaseUrl, [petrelMigrations])
  await client.query(`alter database ${new URL(databaseUrl).pathname.slice(1)} set statement_timeout = '50ms'`)
  await file('001_take_long.sql', 'select pg_sleep(0.2)')
  expect(await migrate(databaseUrl, own())).toEqual(['sales/001_take_long.sql'])
})

test('a file of a newer version that is missing here is no error', async () => {
  await file('001_create_orders.sql', 'create table orders (id text)')
  await file('002_add_total.sql', 'alter table orders add column total bigint')
  await migrate(databaseUrl, own())
  await rm(join(folder, '002_add_total.sql'))
  expect(await pendingMigrations(databaseUrl, own())).toEqual([])
})

test('file names that do not give an order are refused', async () => {
  await file('001_one.sql', '')
  await file('001_other.sql', '')
  await expect(migrate(databaseUrl, own())).rejects.toThrow('two migrations have the number 001')
  await rm(join(folder, '001_other.sql'))
  await file('2_short.sql', '')
  await expect(migrate(databaseUrl, own())).rejects.toThrow('name it NNN_what_it_does.sql')
})
