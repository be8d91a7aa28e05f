import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { testSystem, type TestSystem } from '../../../../../test/support/stack.ts'
import { StoreUnavailable } from '../port.ts'
import { claimDatabase, DatabaseOwnedByAnother } from './claimDatabase.ts'
import { openPool } from './connections.ts'
import { migrate, petrelMigrations } from './migrate.ts'

let system: TestSystem
let pool: Pool

beforeAll(async () => {
  system = await testSystem()
  const databaseUrl = await system.createDatabase('claim')
  await migrate(databaseUrl, [petrelMigrations])
  pool = openPool(databaseUrl, { warn: () => {} })
})
afterAll(async () => {
  await pool.end()
  await system.cleanup()
})

beforeEach(() => pool.query('truncate petrel_endpoint'))

test('a second endpoint on one database is refused, with the name of the first and what to do', async () => {
  await claimDatabase(pool, 'billing')
  const refused = claimDatabase(pool, 'sales')
  await expect(refused).rejects.toThrow(DatabaseOwnedByAnother)
  await expect(refused).rejects.toThrow('belongs to the endpoint billing')
  await expect(refused).rejects.toThrow('Give sales a database of its own')
})

test('replicas of one endpoint, and the same one started again, share its database', async () => {
  for (let replica = 0; replica < 3; replica += 1) await claimDatabase(pool, 'billing')
})

test('of endpoints that claim a database at the same time exactly one gets it, all replicas of it', async () => {
  const claims = ['billing', 'sales', 'billing', 'sales', 'email', 'billing', 'sales'].map(async (name) => {
    await claimDatabase(pool, name)
    return name
  })
  const outcomes = await Promise.allSettled(claims)
  const { rows } = await pool.query<{ name: string }>('select name from petrel_endpoint')
  expect(rows).toHaveLength(1)
  const owners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  expect(new Set(owners)).toEqual(new Set([rows[0]?.name]))
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
  for (const failure of failures) expect(failure).toBeInstanceOf(DatabaseOwnedByAnother)
})

test('the sentence of the refusal repairs a database whose endpoint was renamed', async () => {
  await claimDatabase(pool, "o'reilly")
  const refusal = await claimDatabase(pool, "o'brien").catch((error: unknown) => String(error))
  await pool.query(/update .*$/.exec(String(refusal))?.[0] ?? '')
  await claimDatabase(pool, "o'brien")
})

test('a database that cannot be reached is unavailable, and not another’s', async () => {
  const nowhere = openPool('postgres://petrel:petrel@127.0.0.1:1/petrel', { warn: () => {} })
  await expect(claimDatabase(nowhere, 'billing')).rejects.toThrow(StoreUnavailable)
  await nowhere.end()
})
