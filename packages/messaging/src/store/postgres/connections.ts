import { Pool, type PoolClient, type QueryConfig, type QueryResultRow } from 'pg'
import { StoreUnavailable } from '../port.ts'
import { failureOf } from './failures.ts'

/** What the store tells an operator. */
export interface StoreLog {
  warn(details: object, message: string): void
}

/**
 * A pool with the time limits the store counts on, all of them milliseconds. A lock is waited for less long than a
 * statement, so a blocked one says what blocked it. A transaction may idle while a handler calls the outside world or due
 * records are published, but not for ever: it holds locks. `query_timeout` is the client's own clock, for a server that has
 * vanished without a word; it comes last.
 */
export function openPool(databaseUrl: string, log: StoreLog, max = 10): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    max,
    application_name: 'petrel',
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    lock_timeout: 10_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 60_000,
    query_timeout: 35_000,
  })
  logLostConnections(pool, log)
  return pool
}

/** Without a listener, an idle connection that breaks would end the process; the pool replaces it by itself. Not the whole error is logged: pg hangs the client on it. */
export function logLostConnections(pool: Pool, log: StoreLog): void {
  pool.on('error', ({ message }) => log.warn({ reason: message }, 'a database connection was lost'))
}

/** A connection of the pool, lent. */
export interface Lease {
  readonly client: PoolClient
  /** Gives it back; after a failure of the store it is closed instead, since nobody knows what state it is in. */
  readonly release: (failure?: Error) => void
}

/** @throws StoreUnavailable when there is none to be had within the pool's connection time-out. */
export async function lease(pool: Pool): Promise<Lease> {
  const client = await pool.connect().catch((error: unknown) => {
    throw failureOf(error)
  })
  client.on('error', alreadyTold)
  return {
    client,
    release: (failure) => {
      client.off('error', alreadyTold)
      client.release(failure instanceof StoreUnavailable)
    },
  }
}

/** A lost connection also rejects the query under way or the next one; the event needs a listener, or it would end the process. */
function alreadyTold(): void {}

/** Runs one statement on a connection of its own. @throws what {@link failureOf} makes of the error */
export async function runAlone<R extends QueryResultRow>(pool: Pool, statement: QueryConfig): Promise<R[]> {
  const { client, release } = await lease(pool)
  try {
    const { rows } = await client.query<R>(statement)
    release()
    return rows
  } catch (error) {
    const failure = failureOf(error)
    release(failure)
    throw failure
  }
}
