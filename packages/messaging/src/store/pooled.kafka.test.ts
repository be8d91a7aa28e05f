import { Client, type Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isWithoutPgBouncer, type PgBouncer, startPgBouncer } from '../../../../test/support/pgBouncer.ts'
import { testSystem, type TestSystem } from '../../../../test/support/stack.ts'
import { readEnvironment } from '../settings.ts'
import { databaseSettings } from '../connections/databaseSettings.ts'
import { silentLog } from '../log.ts'
import { storeConformance } from './conformance.ts'
import { openPool } from './postgres/connections.ts'
import { databasePool } from './postgres/databasePool.ts'
import { migrate, petrelMigrations } from './postgres/migrate.ts'
import { NoOwnSession, openSession } from './postgres/ownSession.ts'
import { postgresStore } from './postgres/store.ts'
import { conformanceFixture, conformanceTables } from './testing/postgresFixture.ts'

describe.skipIf(isWithoutPgBouncer())('behind PgBouncer in transaction mode', () => {
  let system: TestSystem
  let bouncer: PgBouncer
  let direct: string
  let pooled: string
  let pool: Pool

  beforeAll(async () => {
    system = await testSystem()
    bouncer = await startPgBouncer({ databaseUrl: system.addresses.databaseUrl, poolSize: 5 })
    direct = await system.createDatabase('pooled')
    pooled = await bouncer.urlOf(direct)
    await migrate(pooled, [petrelMigrations])
    pool = openPool(pooled, console)
    await pool.query(conformanceTables)
  })
  afterAll(async () => {
    await pool.end()
    await bouncer[Symbol.asyncDispose]()
    await system.cleanup()
  })

  storeConformance('PostgreSQL store behind PgBouncer', () => conformanceFixture(pool))

  const limits = `select name, setting from pg_settings
    where name in ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout') order by name`

  test('time limits are those of the database, through it and past it', async () => {
    const past = await system.createDatabase('limits')
    const through = await bouncer.urlOf(past)
    await migrate(through, [petrelMigrations])
    // That of the migration, which the pooler keeps, is from before the limits.
    await endSessions(past)
    for (const url of [past, through]) {
      const asked = openPool(url, console)
      const { rows } = await asked.query<{ name: string; setting: string }>(limits)
      await asked.end()
      expect(rows.map(({ name, setting }) => [name, setting])).toEqual([
        ['idle_in_transaction_session_timeout', '60000'],
        ['lock_timeout', '10000'],
        ['statement_timeout', '30000'],
      ])
    }
  })

  test('three deployments at the same time run each migration once, and leave no lock with any session', async () => {
    const url = await bouncer.urlOf(await system.createDatabase('deployed'))
    const ran = await Promise.all([1, 2, 3].map(() => migrate(url, [petrelMigrations])))
    expect(new Set(ran.flat()).size).toBe(ran.flat().length)
    const { rows } = await pool.query(
      `select from pg_locks join pg_database on pg_database.oid = database
      where locktype = 'advisory' and datname = $1`,
      [new URL(url).pathname.slice(1)],
    )
    expect(rows).toEqual([])
  })

  test('more clients than server connections take turns', async () => {
    const pools = Array.from({ length: 10 }, () => openPool(pooled, console))
    const stores = pools.map((each) => postgresStore({ pool: each, log: silentLog }))
    await Promise.all(stores.flatMap((store) => Array.from({ length: 4 }, () => store.census())))
    const { clients, servers } = await bouncer.connections()
    expect(clients).toBeGreaterThan(servers)
    await Promise.all(pools.map((each) => each.end()))
  })

  test('what needs a session of its own says how to get one, and gets it past the pooler', async () => {
    await expect(openSession(pooled, silentLog, {})).rejects.toThrow(NoOwnSession)
    await expect(openSession(pooled, silentLog, {})).rejects.toThrow('DATABASE_DIRECT_URL')
    const environment = { DATABASE_URL: pooled, DATABASE_DIRECT_URL: direct }
    const { database } = readEnvironment(databaseSettings, environment)
    const session = await openSession(database, silentLog, {})
    const heard = new Promise((resolve) => session.once('notification', ({ payload }) => resolve(payload)))
    await session.query('listen petrel_test')
    const through = databasePool(database, console)
    await through.query(`notify petrel_test, 'through the pooler'`)
    expect(await heard).toBe('through the pooler')
    await through.end()
    await session.end()
    const alone = await openSession(direct, silentLog, {})
    await alone.end()
  })
})

async function endSessions(url: string): Promise<void> {
  const client = new Client(url)
  await client.connect()
  await client.query(`select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`)
  await client.end()
}
