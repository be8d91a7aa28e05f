import { type Client, escapeIdentifier, escapeLiteral } from 'pg'
import { type Database, databaseOf } from '../../connections/databaseSettings.ts'
import { withDatabaseClient } from './databasePool.ts'

/** A person has to write the URL out. */
export class DatabaseUrlIncomplete extends Error {
  override readonly name = 'DatabaseUrlIncomplete'
}

/** What {@link ensureDatabase} has made; both undefined when role and database were there. */
export interface MadeDatabase {
  readonly role: string | undefined
  readonly database: string | undefined
}

/**
 * The role and the database that a service connects with: it owns the database, and no other role may enter it. The role
 * gets the password of the URL, also when it had another one before.
 * @param admin of a superuser, or of a role that may create roles and databases
 * @param service what the service connects with: user, password and database are taken from it
 */
export function ensureDatabase(admin: Database, service: Database): Promise<MadeDatabase> {
  const { role, password, database } = partsOf(service)
  return asAdmin(admin, async (client) => {
    const hasRole = await exists(client, 'pg_roles', 'rolname', role)
    const change = hasRole ? 'alter' : 'create'
    await client.query(`${change} role ${escapeIdentifier(role)} login password ${escapeLiteral(password)}`)
    const hasDatabase = await exists(client, 'pg_database', 'datname', database)
    if (!hasDatabase) {
      // Only who is a member of a role may make it an owner.
      await client.query(`grant ${escapeIdentifier(role)} to current_user`)
      await client.query(`create database ${escapeIdentifier(database)} owner ${escapeIdentifier(role)}`)
      await client.query(`revoke connect on database ${escapeIdentifier(database)} from public`)
    }
    return { role: hasRole ? undefined : role, database: hasDatabase ? undefined : database }
  })
}

/** The opposite of {@link ensureDatabase}; whoever is still connected is cut off. @returns what was there and is gone */
export function dropDatabase(admin: Database, service: Database): Promise<MadeDatabase> {
  const { role, database } = partsOf(service)
  return asAdmin(admin, async (client) => {
    const hasDatabase = await exists(client, 'pg_database', 'datname', database)
    const hasRole = await exists(client, 'pg_roles', 'rolname', role)
    if (hasDatabase) await client.query(`drop database ${escapeIdentifier(database)} with (force)`)
    if (hasRole) await client.query(`drop role ${escapeIdentifier(role)}`)
    return { role: hasRole ? role : undefined, database: hasDatabase ? database : undefined }
  })
}

/** The endpoint that has claimed the database (see `claimDatabase`); undefined when none has, or there is no such database. */
export async function ownerOfDatabase(admin: Database, service: Database): Promise<string | undefined> {
  const { database } = partsOf(service)
  const isThere = await asAdmin(admin, (client) => exists(client, 'pg_database', 'datname', database))
  if (!isThere) return undefined
  const { url, ...others } = databaseOf(admin)
  const there = new URL(url)
  there.pathname = `/${encodeURIComponent(database)}`
  return withClient({ ...others, url: there.href }, async (client) => {
    if (!(await exists(client, 'pg_tables', 'tablename', 'petrel_endpoint'))) return undefined
    const { rows } = await client.query<{ name: string }>('select name from petrel_endpoint')
    return rows[0]?.name
  })
}

function partsOf(service: Database): { readonly role: string; readonly password: string; readonly database: string } {
  const connection = databaseOf(service)
  const url = new URL(connection.url)
  const [role, database] = [url.username, url.pathname.slice(1)].map(decodeURIComponent)
  const password = connection.password?.read()
  if (!role || !password || !database)
    throw new DatabaseUrlIncomplete(
      'The URL of the database names no user, no password or no database: postgres://user:password@host:5432/database',
    )
  return { role, password, database }
}

async function exists(client: Client, catalogue: string, column: string, name: string): Promise<boolean> {
  const { rowCount } = await client.query(`select from ${catalogue} where ${column} = $1`, [name])
  return rowCount !== 0
}

/** Two deployments at once would meet in the catalogue. The number is arbitrary and must never change. */
const lockNumber = 7_386_520_115

/** One at a time; the lock goes with the connection. */
const asAdmin = <T>(admin: Database, work: (client: Client) => Promise<T>): Promise<T> =>
  withClient(admin, async (client) => {
    await client.query('select pg_advisory_lock($1)', [lockNumber])
    return work(client)
  })

const withClient = <T>(database: Database, work: (client: Client) => Promise<T>): Promise<T> =>
  withDatabaseClient(database, { application_name: 'petrel', connectionTimeoutMillis: 5_000 }, work)
