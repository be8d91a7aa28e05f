import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { testSystem, type TestSystem } from '../../../../../test/support/stack.ts'
import { aMessage, aUnit } from '../conformance/fixture.ts'
import { deleteHandledInKeys } from './cleanInbox.ts'
import { openPool } from './connections.ts'
import { migrate, petrelMigrations } from './migrate.ts'
import { postgresStore } from './store.ts'
import { databaseOfFormerVersion } from './testing/formerVersion.ts'

let system: TestSystem
let databases = 0
let databaseUrl: string
let pool: Pool

beforeAll(async () => {
  system = await testSystem()
})
afterAll(() => system.cleanup())

const log = { warn: () => {} }
const open = () => postgresStore({ pool, log })

beforeEach(async () => {
  databases += 1
  databaseUrl = await system.createDatabase(`inbox-${databases}`)
  pool = openPool(databaseUrl, log)
  return () => pool.end()
})

const [byUuid, byUpperCase, byText, unknown] = [
  aMessage('0197f3c2-7b1a-7c3d-9e8f-7a6b5c4d3e2f'),
  aMessage('0197F3C2-7B1A-7C3D-9E8F-7A6B5C4D3E30'),
  aMessage('order-17'),
  aMessage(),
]
/** As Petrel 0.1 wrote them: keys that are made of the id alone. */
const insertFormerRows = (handledAt: string) =>
  pool.query(`insert into petrel_inbox select unnest(array['0197f3c2-7b1a-7c3d-9e8f-7a6b5c4d3e2f',
    '0197f3c2-7b1a-7c3d-9e8f-7a6b5c4d3e30', '0d54c994-83b8-5f9a-a470-754a4ee509d6']::uuid[]), ${handledAt}`)

/** A database that Petrel 0.1 has used since yesterday, migrated now. */
async function upgrade(): Promise<void> {
  await databaseOfFormerVersion(databaseUrl, pool)
  await insertFormerRows(`now() - interval '3 hours'`)
  await migrate(databaseUrl, [petrelMigrations])
}

/** All replicas of 0.1 have been replaced since the upgrade. */
const anHourPasses = () => pool.query(`update petrel_former_keys set until = until - interval '2 hours'`)

test('what Petrel 0.1 has handled is known after the upgrade, whatever its id looks like', async () => {
  await upgrade()
  const handled = await open().handledIds([byUuid, byUpperCase, byText, unknown])
  expect(handled).toEqual(new Set([byUuid, byUpperCase, byText]))
})

test('rows of both versions are found by one look-up', async () => {
  await upgrade()
  await open().save([aUnit({ handled: [unknown] })])
  expect(await open().handledIds([byText, unknown])).toEqual(new Set([byText, unknown]))
})

test('what a replica of 0.1 handles while it is being replaced is known, also when the inbox was empty before', async () => {
  await upgrade()
  await pool.query('truncate petrel_inbox')
  const store = open()
  expect(await store.handledIds([byText])).toEqual(new Set())
  await insertFormerRows('now()')
  expect(await store.handledIds([byText])).toEqual(new Set([byText]))
})

test('once the rows of 0.1 are deleted, their keys are not looked up again', async () => {
  await upgrade()
  await anHourPasses()
  const store = open()
  expect(await store.handledIds([byText])).toEqual(new Set([byText]))
  expect(await store.deleteHandledBefore(new Date())).toBe(3)
  expect(await store.handledIds([byText])).toEqual(new Set())
  await insertFormerRows(`now() - interval '3 hours'`)
  expect(await store.handledIds([byText])).toEqual(new Set())
  expect(await open().handledIds([byText])).toEqual(new Set())
})

test('a database that 0.1 has never used has no keys of 0.1', async () => {
  await migrate(databaseUrl, [petrelMigrations])
  await insertFormerRows(`now() - interval '3 hours'`)
  expect(await open().handledIds([byUuid, byText])).toEqual(new Set())
})

/** Rows whose keys are times, one for each second from the beginning of 2030, handled as soon as they were made. */
const insertTimes = (count: number) => `insert into petrel_inbox (id, handled_at)
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || substr(md5(at::text), 13))::uuid, at
  from generate_series('2030-01-01T00:00:00Z'::timestamptz, '2030-01-01T00:00:00Z'::timestamptz + interval '${count - 1} s', '1 s') as at`
const after = (seconds: number) => new Date(Date.UTC(2030, 0, 1) + seconds * 1_000 + 500)
const countRows = async () => (await pool.query<{ left: number }>('select count(*)::int as left from petrel_inbox')).rows[0]?.left

test('old messages are deleted in steps, later ones stay', async () => {
  await migrate(databaseUrl, [petrelMigrations])
  await pool.query(insertTimes(30_000))
  expect(await open().deleteHandledBefore(after(22_499))).toBe(22_500)
  expect(await open().deleteHandledBefore(after(22_499))).toBe(0)
  expect(await countRows()).toBe(7_500)
})

test('a message from long ago that was handled lately stays', async () => {
  await migrate(databaseUrl, [petrelMigrations])
  await pool.query(insertTimes(10))
  await pool.query(
    `update petrel_inbox set handled_at = handled_at + interval '1 hour' where handled_at = '2030-01-01T00:00:03Z'`,
  )
  expect(await open().deleteHandledBefore(after(100))).toBe(9)
  expect(await open().deleteHandledBefore(after(3_700))).toBe(1)
})

test.each([
  ['some', 10],
  ['most', 120_000],
])('messages whose ids are no times are deleted as well, when %s are', async (_, count) => {
  await migrate(databaseUrl, [petrelMigrations])
  await pool.query(insertTimes(10))
  await pool.query(`insert into petrel_inbox (id, handled_at) select gen_random_uuid(),
    '2030-01-01T00:00:00Z'::timestamptz + (at % 2) * interval '1 hour' from generate_series(1, ${count}) as at`)
  expect(await open().deleteHandledBefore(after(100))).toBe(10 + count / 2)
  expect(await countRows()).toBe(count / 2)
})

test('a step of the cleaning reads old rows and no others', async () => {
  await migrate(databaseUrl, [petrelMigrations])
  await pool.query(`${insertTimes(100_000)}; analyze petrel_inbox`)
  const step = deleteHandledInKeys.text
  const values = ['00000000-0000-0000-0000-000000000000', '01b80000-0000-0000-0000-000000000000', 5000, '2030-01-01']
  const plan = await explain(values.reduce<string>((sql, value, at) => sql.replaceAll(`$${at + 1}`, `'${value}'`), step))
  expect(plan).toContain('Index Scan using petrel_inbox_pkey')
  expect(plan).toContain('Tid Scan on petrel_inbox')
  expect(plan).not.toContain('Seq Scan')
})

async function explain(sql: string): Promise<string> {
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${sql}`)
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}
