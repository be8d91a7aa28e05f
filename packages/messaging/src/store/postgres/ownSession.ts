import type { Client, ClientConfig } from 'pg'
import { type Database, databaseOf, directly } from '../../connections/databaseSettings.ts'
import { databaseClient, type PoolLog } from './databasePool.ts'

/** A pooler stands before the database, and the way past it is not known: a person has to name it. */
export class NoOwnSession extends Error {
  override readonly name = 'NoOwnSession'
}

/**
 * A connection for what lives as long as its session: `listen`, and a lock that outlives a transaction. Behind a pooler the one
 * would hear nothing, and the other would be kept by whoever comes next.
 * @throws NoOwnSession, NotLetIn, pg's error when nobody answers
 */
export async function openSession(database: Database, log: PoolLog, config: ClientConfig): Promise<Client> {
  const client = new (databaseClient(directly(database), log))(config)
  await client.connect()
  // Whoever names a direct way knows it, also when it is a pooler's that pools sessions.
  if (databaseOf(database).direct !== undefined || (await isOwn(client))) return client
  await client.end()
  throw new NoOwnSession(
    `Between here and PostgreSQL (DATABASE_URL, ${new URL(databaseOf(database).url).host}) stands a pooler, and this needs a session ` +
      'of its own. Set DATABASE_DIRECT_URL to the server itself.',
  )
}

/** A pooler invents the process that a client may cancel. */
async function isOwn(client: Client & { readonly processID?: number | null }): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid === client.processID
}
