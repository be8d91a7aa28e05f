import type { Pool, PoolClient, QueryConfig, QueryResultRow } from 'pg'
import type { Database } from '../../connections/databaseSettings.ts'
import { StoreUnavailable } from '../port.ts'
import { databasePool, type PoolLog } from './databasePool.ts'
import { unavailable } from './failures.ts'

/**
 * How many connections a process has at most, unless it is told otherwise. A save and a look into the inbox are under way, and
 * one more of each on the wire; a batch handler has its transaction. More do not make a process faster (bench/README.md), and
 * all processes share what the server allows.
 */
export const connectionsByDefault = 4

/**
 * A pool of the store's connections. How long a statement, a lock and an idle transaction may take is a setting of the database
 * (migrations/005), since a pooler takes no start-up parameters. `query_timeout` is measured by the client, for a server that has
 * vanished, and comes last.
 */
export function openPool(database: Database, log: PoolLog, max = connectionsByDefault): Pool {
  return databasePool(database, log, {
    max,
    application_name: 'petrel',
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    // Longer than the scheduler sleeps: a new connection costs more than everything else that an idle service asks.
    idleTimeoutMillis: 30_000,
    query_timeout: 35_000,
  })
}

/** A connection that is taken out of the pool until it is released. */
export interface Lease {
  readonly client: PoolClient
  /** Why the connection was lost, if it was. An error that arrives between two queries is known from here only. */
  readonly lost: () => Error | undefined
  /** After a failure of the store the connection is closed and not used again, since its state is unknown. */
  readonly release: (failure?: Error) => void
}

/** @throws StoreUnavailable when there is no connection within the pool's time-out */
export async function lease(pool: Pool): Promise<Lease> {
  const client = await pool.connect().catch((error: unknown) => {
    throw unavailable(error)
  })
  let lost: Error | undefined
  // Without a listener the event would end the process.
  const onError = (error: Error) => void (lost ??= error)
  client.on('error', onError)
  return {
    client,
    lost: () => lost,
    release: (failure) => {
      client.off('error', onError)
      client.release(lost !== undefined || failure instanceof StoreUnavailable)
    },
  }
}

/**
 * Runs one statement on a connection of its own.
 * @throws StoreUnavailable, or what `meaning` makes of the error when a message may be at fault
 */
export async function runAlone<R extends QueryResultRow>(
  pool: Pool,
  statement: QueryConfig,
  meaning: (error: unknown) => Error = unavailable,
): Promise<R[]> {
  const { client, release } = await lease(pool)
  try {
    const { rows } = await client.query<R>(statement)
    release()
    return rows
  } catch (error) {
    const failure = meaning(error)
    release(failure)
    throw failure
  }
}
