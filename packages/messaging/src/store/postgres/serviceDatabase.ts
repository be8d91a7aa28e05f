import { Client, escapeIdentifier, escapeLiteral } from 'pg'

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
 * @param adminUrl of a superuser, or of a role that may create roles and databases
 * @param serviceUrl what the service connects with: user, password and database are taken from it
 */
export function ensureDatabase(adminUrl: string, serviceUrl: string): Promise<MadeDatabase> {
  const { role, password, database } = partsOf(serviceUrl)
  return asAdmin(adminUrl, async (client) => {
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
export function dropDatabase(adminUrl: string, serviceUrl: string): Promise<MadeDatabase> {
  const { role, database } = partsOf(serviceUrl)
  return asAdmin(adminUrl, async (client) => {
    const hasDatabase = await exists(client, 'pg_database', 'datname', database)
    const hasRole = await exists(client, 'pg_roles', 'rolname', role)
    if (hasDatabase) await client.query(`drop database ${escapeIdentifier(database)} with (force)`)
    if (hasRole) await client.query(`drop role ${escapeIdentifier(role)}`)
    return { role: hasRole ? role : undefined, database: hasDatabase ? database : undefined }
  })
}

/** The endpoint that has claimed the database (see `claimDatabase`); undefined when none has, or there is no such database. */
export async function ownerOfDatabase(adminUrl: string, serviceUrl: string): Promise<string | undefined> {
  const { database } = partsOf(serviceUrl)
  const isThere = await asAdmin(adminUrl, (client) => exists(client, 'pg_database', 'datname', database))
  if (!isThere) return undefined
  const url = new URL(adminUrl)
  url.pathname = `/${encodeURIComponent(database)}`
  return withClient(url.href, async (client) => {
    if (!(await exists(client, 'pg_tables', 'tablename', 'petrel_endpoint'))) return undefined
    const { rows } = await client.query<{ name: string }>('select name from petrel_endpoint')
    return rows[0]?.name
  })
}

function partsOf(serviceUrl: string): { readonly role: string; readonly password: string; readonly database: string } {
  const url = new URL(serviceUrl)
  const [role, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decodeURIComponent)
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
const asAdmin = <T>(url: string, work: (client: Client) => Promise<T>): Promise<T> =>
  withClient(url, async (client) => {
    await client.query('select pg_advisory_lock($1)', [lockNumber])
    return work(client)
  })

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'petrel', connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
