import { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually, testSystem, type TestSystem } from '../../../../../test/support/stack.ts'
import { aMessage, anOrder, aRecord, aSaga, aUnit, inOneStatement, orders, rowsOf } from '../conformance/fixture.ts'
import { type Store, StoreUnavailable, WriteRefused } from '../port.ts'
import { openPool } from './connections.ts'
import { databaseClient } from './databasePool.ts'
import { migrate, petrelMigrations } from './migrate.ts'
import { postgresStore } from './store.ts'

let system: TestSystem
let databaseUrl: string
let outside: Pool
let store: Store
const warnings: string[] = []
const log = { warn: (_: object, message: string) => void warnings.push(message) }

beforeAll(async () => {
  system = await testSystem()
  databaseUrl = await system.createDatabase('connections')
  await migrate(databaseUrl, [petrelMigrations])
  outside = openPool(databaseUrl, log)
  store = postgresStore({ databaseUrl, log })
})

afterAll(async () => {
  await store.close()
  await outside.end()
  await system.cleanup()
})

beforeEach(() => outside.query('truncate petrel_inbox, petrel_outbox, petrel_saga, petrel_scheduled'))

const save = (changes: Parameters<typeof aUnit>[0]) => inOneStatement(store, aUnit(changes))

/** Ends every connection to the database but the one that asks. */
const terminateOthers = () =>
  outside.query(`select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`)

test('a store whose idle connections were ended goes on with new ones', async () => {
  const handled = [aMessage(), aMessage()]
  await save({ handled: handled.slice(0, 1) })
  await terminateOthers()
  await eventually(() => expect(warnings).toContain('a database connection was lost'))
  await save({ handled: handled.slice(1) })
  expect(await store.handledIds(handled)).toEqual(new Set(handled))
})

test('a connection that is lost while nobody asks ends no process: its next statement says it', async () => {
  const client = new (databaseClient(databaseUrl, log))()
  await client.connect()
  const ended = new Promise((resolve) => client.once('end', resolve))
  await terminateOthers()
  await ended
  await expect(client.query('select 1')).rejects.toThrow('not queryable')
})

test('a save whose connection is ended in the middle saves nothing, and can be repeated', async () => {
  const blocker = await outside.connect()
  await blocker.query('begin')
  await blocker.query('lock table petrel_outbox in access exclusive mode')
  const unit = { handled: [aMessage()], outgoing: [aRecord('once')] }
  const failed = expect(save(unit)).rejects.toThrow(StoreUnavailable)
  await eventually(async () => {
    const { rows } = await outside.query(`select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`)
    expect(rows).toHaveLength(1)
  })
  await failed
  await blocker.query('rollback')
  blocker.release()
  expect(await store.handledIds(unit.handled)).toEqual(new Set())
  await save(unit)
  expect(await store.pendingOutbox('lane-1')).toHaveLength(1)
})

test('a database that cannot be reached is unavailable, whatever it was asked for', async () => {
  const unreachable = postgresStore({ databaseUrl: 'postgres://petrel:petrel@127.0.0.1:1/petrel', log })
  await expectUnavailable(unreachable)
  await unreachable.close()
})

test('a database that does not exist, or does not let anybody in, is unavailable', async () => {
  for (const change of [{ pathname: '/nowhere' }, { password: 'wrong' }]) {
    const closed = postgresStore({ databaseUrl: String(Object.assign(new URL(databaseUrl), change)), log })
    await expectUnavailable(closed)
    await closed.close()
  }
})

async function expectUnavailable(unreachable: Store): Promise<void> {
  const attempts = [
    unreachable.handledIds([aMessage()]),
    unreachable.loadSagas([aSaga()]),
    unreachable.pendingOutbox('lane-1'),
    unreachable.deleteOutbox(['1']),
    unreachable.publishScheduled(() => Promise.resolve(), 1),
    unreachable.deleteHandledBefore(new Date()),
    unreachable.save([aUnit()]),
    unreachable.begin(),
  ]
  for (const attempt of await Promise.allSettled(attempts))
    expect(attempt).toEqual({ status: 'rejected', reason: expect.any(StoreUnavailable) as unknown })
}

test('when the pool has no connection within its time-out, begin and save fail, and no query of a handler', async () => {
  const small = new Pool({ connectionString: databaseUrl, max: 1, connectionTimeoutMillis: 200 })
  const crowded = postgresStore({ pool: small, log })
  const transaction = await crowded.begin()
  await expect(crowded.begin()).rejects.toThrow(StoreUnavailable)
  await expect(crowded.save([aUnit()])).rejects.toThrow(StoreUnavailable)
  expect(await transaction.query('select 1 as one')).toEqual([{ one: 1 }])
  await transaction.commit([aUnit()])
  await crowded.save([aUnit()])
  await small.end()
})

test('without the library’s tables the store is unavailable; without a handler’s table the message is refused', async () => {
  const bare = postgresStore({ databaseUrl: await system.createDatabase('bare'), log })
  await expect(bare.handledIds([aMessage()])).rejects.toThrow(StoreUnavailable)
  await expect(bare.save([aUnit()])).rejects.toThrow(StoreUnavailable)
  await bare.close()
  const refused = save({ rows: rowsOf(orders, anOrder()) })
  await expect(refused).rejects.toThrow(WriteRefused)
  await expect(refused).rejects.toThrow('relation "orders" does not exist')
})

test('a store does not close a pool that it was given', async () => {
  await postgresStore({ pool: outside, log }).close()
  await outside.query('select 1')
})
