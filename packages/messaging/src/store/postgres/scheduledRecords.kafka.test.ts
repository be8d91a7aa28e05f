import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { testSystem, type TestSystem } from '../../../../../test/support/stack.ts'
import type { OutgoingRecord } from '../../broker/port.ts'
import { aMessage, aRecord, aUnit } from '../conformance/fixture.ts'
import type { Store } from '../port.ts'
import { openPool } from './connections.ts'
import { migrate, petrelMigrations } from './migrate.ts'
import { OutgoingRecordCodec } from './outgoingRecords.ts'
import { postgresStore } from './store.ts'
import { databaseOfFormerVersion } from './testing/formerVersion.ts'

let system: TestSystem
let databases = 0
let databaseUrl: string
let pool: Pool
let store: Store

beforeAll(async () => {
  system = await testSystem()
})
afterAll(() => system.cleanup())

beforeEach(async () => {
  databases += 1
  databaseUrl = await system.createDatabase(`scheduled-${databases}`)
  pool = openPool(databaseUrl, { warn: () => {} })
  store = postgresStore({ pool, log: { warn: () => {} } })
})
afterEach(async () => {
  vi.useRealTimers()
  await pool.end()
})

const minutes = 60_000

/** From now on this process is a replica whose clock differs from PostgreSQL's. */
function clockDiffersBy(ms: number): void {
  vi.useRealTimers()
  const now = Date.now() + ms
  vi.useFakeTimers({ toFake: ['Date'], now })
}

const schedule = (id: string, dueInMs: number) =>
  store.save([aUnit({ handled: [aMessage()], scheduled: [{ id, dueAt: new Date(Date.now() + dueInMs), record: aRecord(id) }] })])

async function publish(): Promise<{ records: string[]; nextInMinutes: number | undefined }> {
  const records: string[] = []
  const { nextAt } = await store.publishScheduled(async (published: readonly OutgoingRecord[]) => {
    records.push(...published.map(({ value }) => String(value)))
  }, 10)
  return { records, nextInMinutes: nextAt && Math.round((nextAt.getTime() - Date.now()) / minutes) }
}

test('replicas with different clocks agree on when a record is due, and how long that is from now', async () => {
  await migrate(databaseUrl, [petrelMigrations])
  clockDiffersBy(60 * minutes)
  await schedule('by the replica that is ahead', 10 * minutes)
  clockDiffersBy(-60 * minutes)
  await schedule('by the replica that is behind', 20 * minutes)
  for (const difference of [0, 60 * minutes, -60 * minutes]) {
    clockDiffersBy(difference)
    expect(await publish()).toEqual({ records: [], nextInMinutes: 10 })
  }
})

test('a record that is due is published by any replica, whatever its clock shows', async () => {
  await migrate(databaseUrl, [petrelMigrations])
  for (const [scheduler, publisher] of [
    [60, 0],
    [0, -60],
    [60, -60],
    [-60, 60],
  ] as const) {
    clockDiffersBy(scheduler * minutes)
    await schedule('due', -1)
    clockDiffersBy(publisher * minutes)
    expect(await publish()).toEqual({ records: ['due'], nextInMinutes: undefined })
  }
})

test('time that a transaction took before its commit does not make a record due earlier', async () => {
  await migrate(databaseUrl, [petrelMigrations])
  const transaction = await store.begin()
  await transaction.query('select pg_sleep(0.2)')
  const [began] = await transaction.query<{ at: Date }>('select now() as at')
  await transaction.commit([aUnit({ scheduled: [{ id: 'now', dueAt: new Date(), record: aRecord('now') }] })])
  const { rows } = await pool.query<{ late: boolean }>(
    `select due_at > $1::timestamptz + interval '100 ms' as late from petrel_scheduled`,
    [began?.at],
  )
  expect(rows).toEqual([{ late: true }])
})

const codec = new OutgoingRecordCodec()
const scheduleAsFormerVersion = (id: string, dueAt: string) =>
  pool.query(`insert into petrel_due (id, due_at, record) values ($1, ${dueAt}, $2) on conflict (id) do nothing`, [
    id,
    codec.encode([aRecord(id)]),
  ])

test('what Petrel 0.1 has scheduled is published after the upgrade', async () => {
  await databaseOfFormerVersion(databaseUrl, pool)
  await scheduleAsFormerVersion('before the upgrade', 'now()')
  await migrate(databaseUrl, [petrelMigrations])
  expect(await publish()).toEqual({ records: ['before the upgrade'], nextInMinutes: undefined })
})

test('replicas of 0.1 schedule and publish until they are replaced, together with replicas of this version', async () => {
  await databaseOfFormerVersion(databaseUrl, pool)
  await migrate(databaseUrl, [petrelMigrations])
  await scheduleAsFormerVersion('by 0.1', 'now()')
  await scheduleAsFormerVersion('by 0.1', 'now()')
  expect(await publish()).toEqual({ records: ['by 0.1'], nextInMinutes: undefined })

  await schedule('by this version', -1)
  const { rows } = await pool.query<{ id: string }>(
    'select id, record from petrel_due where due_at <= now() order by due_at limit 10 for update skip locked',
  )
  expect(rows.map(({ id }) => id)).toEqual(['by this version'])
  await pool.query('delete from petrel_due where id = any($1)', [rows.map(({ id }) => id)])
  expect(await publish()).toEqual({ records: [], nextInMinutes: undefined })
})
