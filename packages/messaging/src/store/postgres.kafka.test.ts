import type { Pool } from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { testSystem, type TestSystem } from '../../../../test/support/stack.ts'
import { storeConformance } from './conformance.ts'
import { openPool } from './postgres/connections.ts'
import { migrate, petrelMigrations } from './postgres/migrate.ts'
import { conformanceFixture, conformanceTables } from './testing/postgresFixture.ts'

let system: TestSystem
let pool: Pool

beforeAll(async () => {
  system = await testSystem()
  const databaseUrl = await system.createDatabase('store')
  await migrate(databaseUrl, [petrelMigrations])
  pool = openPool(databaseUrl, console)
  await pool.query(conformanceTables)
})

afterAll(async () => {
  await pool.end()
  await system.cleanup()
})

storeConformance('PostgreSQL store', () => conformanceFixture(pool))
