import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { testSystem, type TestSystem } from '../../../../../test/support/stack.ts'
import { aMessage, aUnit } from '../conformance/fixture.ts'
import { deleteHandledInPages } from './cleanInbox.ts'
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

test('old messages are deleted in steps of some pages, later ones stay', async () => {
  await migrate(databaseUrl, [petrelMigrations])
  await pool.query(`insert into petrel_inbox (id, handled_at)
    select gen_random_uuid(), '2030-01-01T00:00:00Z'::timestamptz + at * interval '1 second' from generate_series(1, 100000) as at`)
  const date = new Date(Date.UTC(2030, 0, 1) + 90_000_500)
  expect(await open().deleteHandledBefore(date)).toBe(90_000)
  expect(await open().deleteHandledBefore(date)).toBe(0)
  const { rows } = await pool.query('select count(*)::int as left from petrel_inbox')
  expect(rows).toEqual([{ left: 10_000 }])
})

test('a step of the cleaning reads its own pages and no others', async () => {
  await migrate(databaseUrl, [petrelMigrations])
  await pool.query(`insert into petrel_inbox (id) select gen_random_uuid() from generate_series(1, 100000); analyze petrel_inbox`)
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
    `explain (costs off) ${deleteHandledInPages.text.replace('$1', `'(0,0)'`).replace('$2', `'(8,0)'`).replace('$3', 'now()')}`,
  )
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(plan).toContain('Tid Range Scan on petrel_inbox')
  expect(plan).not.toContain('Seq Scan')
})
