import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually, testSystem, type TestSystem } from '../../../../../test/support/stack.ts'
import { aBatch, aRecord, aSaga, orders, rowsOf, anOrder } from '../conformance/fixture.ts'
import { StoreUnavailable, WriteRefused } from '../port.ts'
import { openPool } from './connections.ts'
import { migrate, petrelMigrations } from './migrate.ts'
import { type PostgresStore, postgresStore } from './store.ts'

let system: TestSystem
let databaseUrl: string
let outside: Pool
let store: PostgresStore
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

beforeEach(() => outside.query('truncate petrel_inbox, petrel_outbox, petrel_saga, petrel_due'))

const save = (changes: Parameters<typeof aBatch>[0]) => store.save(aBatch(changes), store.transaction())

/** Ends every connection to the database but the one that asks. */
const terminateOthers = () =>
  outside.query(`select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`)

test('a store whose idle connections were ended goes on with new ones', async () => {
  await save({ handled: ['1'] })
  await terminateOthers()
  await eventually(() => expect(warnings).toContain('a database connection was lost'))
  await save({ handled: ['2'] })
  expect(await store.handledIds(['1', '2'])).toEqual(new Set(['1', '2']))
})

test('a connection that is ended in the middle of a save saves nothing, and the same batch can be saved then', async () => {
  const blocker = await outside.connect()
  await blocker.query('begin')
  await blocker.query('lock table petrel_outbox in access exclusive mode')
  const batch = { handled: ['3'], outgoing: [aRecord('said once')] }
  const failed = expect(save(batch)).rejects.toThrow(StoreUnavailable)
  await eventually(async () => {
    const { rows } = await outside.query(`select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`)
    expect(rows).toHaveLength(1)
  })
  await failed
  await blocker.query('rollback')
  blocker.release()
  expect(await store.handledIds(['3'])).toEqual(new Set())
  await save(batch)
  expect(await store.pendingOutbox('lane-1')).toHaveLength(1)
})

test('a database that cannot be reached is the store’s failure, whatever was asked', async () => {
  const nobody = postgresStore({ databaseUrl: 'postgres://petrel:petrel@127.0.0.1:1/petrel', log })
  const transaction = nobody.transaction()
  const attempts = [
    nobody.handledIds(['1']),
    nobody.loadSagas([aSaga()]),
    nobody.pendingOutbox('lane-1'),
    nobody.deleteOutbox(['1']),
    nobody.publishScheduled(() => Promise.resolve(), 1),
    nobody.deleteHandledBefore(new Date()),
    nobody.save(aBatch(), nobody.transaction()),
    transaction.query('select 1'),
  ]
  for (const attempt of await Promise.allSettled(attempts))
    expect(attempt).toEqual({ status: 'rejected', reason: expect.any(StoreUnavailable) as unknown })
  expect(transaction.unavailable).toBeInstanceOf(StoreUnavailable)
  await transaction.rollback()
  await nobody.close()
})

test('a database without the library’s tables is the store’s failure; one without the handler’s table is the message’s', async () => {
  const bare = postgresStore({ databaseUrl: await system.createDatabase('bare'), log })
  await expect(bare.handledIds(['1'])).rejects.toThrow(StoreUnavailable)
  await bare.close()
  const refused = save({ rows: rowsOf(orders, anOrder()) })
  await expect(refused).rejects.toThrow(WriteRefused)
  await expect(refused).rejects.toThrow('relation "orders" does not exist')
})

test('a store leaves a pool that it was given open', async () => {
  await postgresStore({ pool: outside, log }).close()
  await outside.query('select 1')
})

test('messages handled long ago leave the inbox, in as many steps as it takes; later ones stay', async () => {
  await outside.query(`insert into petrel_inbox (id, handled_at)
    select gen_random_uuid(), '2030-01-01T00:00:00Z'::timestamptz + at * interval '1 second' from generate_series(1, 25000) as at`)
  const twoDozenThousandSecondsLater = new Date(Date.UTC(2030, 0, 1) + 24_000_500)
  expect(await store.deleteHandledBefore(twoDozenThousandSecondsLater)).toBe(24_000)
  expect(await store.deleteHandledBefore(twoDozenThousandSecondsLater)).toBe(0)
  const { rows } = await outside.query('select count(*)::int as left from petrel_inbox')
  expect(rows).toEqual([{ left: 1_000 }])
})
