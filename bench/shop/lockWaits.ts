import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { ServiceDatabases } from './serviceDatabases.ts'

/** Of one kind of lock in the database of one service. */
export interface LockWait {
  readonly service: string
  /** As PostgreSQL names it: advisory, transactionid, tuple … */
  readonly lock: string
  /** Of all connections together: two that wait for a second are two. */
  readonly seconds: number
}

const SAMPLE_EVERY_MS = 100

const waitingNow = `
  select datname as database, wait_event as lock, count(*)::int as connections from pg_stat_activity
  where wait_event_type = 'Lock' and datname like $1 group by 1, 2`

/**
 * Looks ten times a second at which connections wait for a lock, until it is stopped.
 * https://www.postgresql.org/docs/current/monitoring-stats.html#WAIT-EVENT-TABLE
 */
export async function watchLocks(superuserUrl: string, databases: ServiceDatabases): Promise<{ stop(): Promise<LockWait[]> }> {
  const client = new Client(superuserUrl)
  await client.connect()
  const seconds = new Map<string, number>()
  const stopping = new AbortController()
  const look = async () => {
    let last = performance.now()
    while (!stopping.signal.aborted) {
      await sleep(SAMPLE_EVERY_MS)
      const { rows } = await client.query<{ database: string; lock: string; connections: number }>({
        name: 'waiting-now',
        text: waitingNow,
        values: [databases.pattern],
      })
      const passed = (performance.now() - last) / 1000
      last += passed * 1000
      for (const { database, lock, connections } of rows) {
        const key = `${databases.serviceOf(database)} ${lock}`
        seconds.set(key, (seconds.get(key) ?? 0) + connections * passed)
      }
    }
  }
  const looking = look()
  return {
    async stop() {
      stopping.abort()
      await looking
      await client.end()
      return [...seconds].map(([key, waited]) => {
        const [service = '', lock = ''] = key.split(' ')
        return { service, lock, seconds: waited }
      })
    },
  }
}

/** Transactions that PostgreSQL has ended because they waited for each other, in all databases of the shop. */
export async function deadlocks(superuserUrl: string, databases: ServiceDatabases): Promise<number> {
  const client = new Client(superuserUrl)
  await client.connect()
  const { rows } = await client.query<{ deadlocks: number }>(
    'select sum(deadlocks)::int as deadlocks from pg_stat_database where datname like $1',
    [databases.pattern],
  )
  await client.end()
  return rows[0]?.deadlocks ?? 0
}
