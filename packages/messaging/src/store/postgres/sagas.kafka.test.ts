import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { testSystem, type TestSystem } from '../../../../../test/support/stack.ts'
import { silentLog } from '../../log.ts'
import { aSaga, aUnit } from '../conformance/fixture.ts'
import type { Store } from '../port.ts'
import { openPool } from './connections.ts'
import { migrate, petrelMigrations } from './migrate.ts'
import { postgresStore } from './store.ts'

let system: TestSystem
let pool: Pool
let store: Store
beforeAll(async () => {
  system = await testSystem()
  const databaseUrl = await system.createDatabase('sagas')
  await migrate(databaseUrl, [petrelMigrations])
  pool = openPool(databaseUrl, silentLog)
  store = postgresStore({ pool, log: silentLog })
})
afterAll(async () => {
  await pool.end()
  await system.cleanup()
})
beforeEach(async () => void (await pool.query('truncate petrel_saga')))

const saga = 'shipping-policy'
const saved = (id: string) => store.loadSagas([{ saga, id }])

/** As Petrel 0.1 saves them, which knows neither versions of states nor when a saga was completed. */
const former = {
  begin: (id: string, state: object, completed = false) =>
    pool.query('insert into petrel_saga (saga, id, state, completed, version) values ($1, $2, $3, $4, 1)', [
      saga,
      id,
      JSON.stringify(state),
      completed,
    ]),
  change: (id: string, state: object, version: number) =>
    pool.query(
      'update petrel_saga set version = version + 1, state = $3, completed = true where saga = $1 and id = $2 and version = $4',
      [saga, id, JSON.stringify(state), version],
    ),
}

test('an older version beside this one goes on saving sagas, and each reads what the other has written', async () => {
  await former.begin('a', { placed: true })
  expect(await saved('a')).toEqual([aSaga({ id: 'a', version: 1 })])
  await store.save([aUnit({ sagas: [aSaga({ id: 'a', version: 1, state: { placed: false } })] })])
  await former.change('a', { placed: true, billed: true }, 2)
  expect(await saved('a')).toEqual([aSaga({ id: 'a', version: 3, state: { placed: true, billed: true }, completed: true })])
})

test('a saga that an older version has completed leaves some time after the first cleaning that has seen it', async () => {
  await former.begin('a', {}, true)
  await former.begin('open', {})
  const later = new Date(Date.now() + 60_000)
  expect(await store.deleteCompletedBefore(later)).toBe(0)
  expect(await store.deleteCompletedBefore(new Date(Date.now() - 60_000))).toBe(0)
  expect(await store.deleteCompletedBefore(later)).toBe(1)
  expect(await saved('a')).toEqual([])
  expect(await saved('open')).toHaveLength(1)
})

test('cleaning reads a table of many pages once, and leaves what is not old', async () => {
  await pool.query(`insert into petrel_saga (saga, id, state, completed, version, completed_at)
    select 'many', n::text, jsonb_build_object('padding', repeat('x', 500)), n % 3 = 0, 1,
      case when n % 3 = 0 then now() - interval '1 day' * (n % 2) end from generate_series(1, 12000) as n`)
  expect(await store.deleteCompletedBefore(new Date(Date.now() - 3_600_000))).toBe(2_000)
  expect((await store.sagaCounts()).find((count) => count.saga === 'many')).toEqual({
    saga: 'many',
    open: 8_000,
    completed: 2_000,
  })
})
