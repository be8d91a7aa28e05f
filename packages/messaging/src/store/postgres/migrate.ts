import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Client, ClientBase, Pool } from 'pg'
import { type Database, directly } from '../../connections/databaseSettings.ts'
import { withDatabaseClient } from './databasePool.ts'

/** A folder of migrations: files `NNN_name.sql`, run in the order of their numbers. */
export interface MigrationFolder {
  /** Whose they are: `petrel` for the library's, the service's name for its own. */
  readonly namespace: string
  readonly path: string
}

/** The tables of the library. */
export const petrelMigrations: MigrationFolder = {
  namespace: 'petrel',
  path: fileURLToPath(new URL('migrations', import.meta.url)),
}

/** Two migrations have one number, or a file is not the one that was run: a person has to decide. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

interface Migration {
  /** `petrel/001_inbox.sql` */
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

/**
 * Runs what has not run yet, each file once and in a transaction of its own, recorded in `petrel_migrations`. Two at a time
 * wait for each other; running again changes nothing.
 * @returns the names of those run now
 * @throws MigrationError when a file was changed after it had run; pg's error, with the file's name, when one fails
 */
export async function migrate(database: Database | ClientBase, folders: readonly MigrationFolder[]): Promise<string[]> {
  const migrations = await readFolders(folders)
  return withClient(database, async (client) => {
    const names: string[] = []
    for (;;) {
      const name = await inTransaction(client, () => runNext(client, migrations))
      if (name === undefined) return names
      names.push(name)
    }
  })
}

/** What `migrate` would run. @throws MigrationError when a file was changed after it had run */
export async function pendingMigrations(
  database: Database | ClientBase | Pool,
  folders: readonly MigrationFolder[],
): Promise<string[]> {
  const migrations = await readFolders(folders)
  return withClient(database, async (client) => notRun(migrations, await recorded(client)).map(({ name }) => name))
}

async function readFolders(folders: readonly MigrationFolder[]): Promise<Migration[]> {
  return (await Promise.all(folders.map(readFolder))).flat()
}

async function readFolder({ namespace, path }: MigrationFolder): Promise<Migration[]> {
  const files = (await readdir(path)).filter((file) => file.endsWith('.sql')).toSorted()
  refuseUnclearOrder(path, files)
  return Promise.all(
    files.map(async (file) => {
      const sql = (await readFile(join(path, file), 'utf8')).replaceAll('\r\n', '\n')
      return { name: `${namespace}/${file}`, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

function refuseUnclearOrder(path: string, files: readonly string[]): void {
  const numbers = new Set<string>()
  for (const file of files) {
    const number = /^(\d{3})_[\w-]+\.sql$/.exec(file)?.[1]
    if (number === undefined)
      throw new MigrationError(`${join(path, file)}: name it NNN_what_it_does.sql, for example 002_add_totals.sql.`)
    if (numbers.has(number))
      throw new MigrationError(`${path}: two migrations have the number ${number}. Give one the next free number.`)
    numbers.add(number)
  }
}

/** The number is arbitrary and must never change. */
const lockNumber = 7_386_520_114

/** A migration takes the time it takes, and so does waiting for another deployment. */
const begin = `begin; set local statement_timeout = 0; set local lock_timeout = 0;
  set local idle_in_transaction_session_timeout = 0`

/** The lock ends with the transaction: that of a session would be left behind in a pooler. */
async function inTransaction<T>(client: ClientBase, task: () => Promise<T>): Promise<T> {
  await client.query(begin)
  try {
    await client.query('select pg_advisory_xact_lock($1)', [lockNumber])
    const result = await task()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

const createRecord = `create table if not exists petrel_migrations (
  name text primary key,
  checksum text not null,
  applied_at timestamptz not null default now()
)`

async function recorded(client: ClientBase | Pool): Promise<Map<string, string>> {
  const { rows: tables } = await client.query<{ found: boolean }>(`select to_regclass('petrel_migrations') is not null as found`)
  if (tables[0]?.found !== true) return new Map()
  const { rows } = await client.query<{ name: string; checksum: string }>('select name, checksum from petrel_migrations')
  return new Map(rows.map(({ name, checksum }) => [name, checksum]))
}

/** A record without a file is a newer version's: the older one may still run beside it while it is being replaced. */
function notRun(migrations: readonly Migration[], recorded: ReadonlyMap<string, string>): Migration[] {
  return migrations.filter(({ name, checksum }) => {
    const ran = recorded.get(name)
    if (ran !== undefined && ran !== checksum)
      throw new MigrationError(`${name} was changed after it had run. Restore it, and make the change in a new migration.`)
    return ran === undefined
  })
}

/** @returns the name of the one that has run; undefined when none is left */
async function runNext(client: ClientBase, migrations: readonly Migration[]): Promise<string | undefined> {
  await client.query(createRecord)
  const [next] = notRun(migrations, await recorded(client))
  if (next === undefined) return undefined
  const { name, sql, checksum } = next
  try {
    await client.query(sql)
    await client.query('insert into petrel_migrations (name, checksum) values ($1, $2)', [name, checksum])
    return name
  } catch (error) {
    throw new Error(`Migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

async function withClient<C extends ClientBase | Pool, T>(
  database: Database | C,
  task: (client: C | Client) => Promise<T>,
): Promise<T> {
  if (isDatabase(database))
    return withDatabaseClient(directly(database), { application_name: 'petrel migrate', connectionTimeoutMillis: 10_000 }, task)
  return task(database)
}

const isDatabase = (database: Database | ClientBase | Pool): database is Database =>
  typeof database === 'string' || !('query' in database)
