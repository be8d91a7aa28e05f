import { type Database, type DatabaseConnection, optionalDatabaseSettings } from '@petrel/messaging/connections'
import { ensureDatabase, type MadeDatabase } from '@petrel/messaging/operations'
import { problemsOf } from './addresses.ts'
import type { ProjectContext } from './commandContext.ts'
import { type Patience, patiently } from './patience.ts'
import { Problem } from './problem.ts'
import { paint } from './screen.ts'

interface Options {
  readonly waitMs: number
}

/** A database, and who may make and drop it. */
interface DatabaseAlone {
  readonly own: DatabaseConnection
  readonly admin: DatabaseConnection
}

/** Where the database of a service without endpoint is. @param task what it is for, with the verb: `make the database` @throws Problem */
export function databaseAlone({ env }: ProjectContext, task: string): DatabaseAlone {
  const { database: own, databaseAdmin: admin } = readSettings(env)
  if (own !== undefined && admin !== undefined) return { own, admin }
  throw new Problem(`No service here has an endpoint. To ${task} of one without, set DATABASE_URL and DATABASE_ADMIN_URL.`)
}

function readSettings(env: ProjectContext['env']) {
  const parsed = optionalDatabaseSettings.safeParse(env)
  if (parsed.success) return parsed.data
  throw new Problem(`The environment is incomplete. ${problemsOf(parsed.error)}.`)
}

/** Waits for the database, and for nobody else. */
export const patienceForDatabase = ({ err }: ProjectContext, waitMs: number): Patience => ({
  waitMs,
  addresses: { kafka: { brokers: [] }, registry: undefined },
  onWait: (text) => err.line(text),
})

/** `petrel deploy` of a service that is not on the bus, and migrates its tables by itself: its role and its database. */
export async function makeDatabaseAlone(context: ProjectContext, { waitMs }: Options): Promise<true> {
  const { own, admin } = databaseAlone(context, 'make the database')
  const patience = patienceForDatabase(context, waitMs)
  const made = await patiently(() => makeDatabase(admin, own), patience)
  const { out } = context
  for (const text of newDatabase(made)) out.line(text)
  out.line(paint('green', 'The database is there. No service here has an endpoint, so there is nothing else to deploy.'))
  return true
}

/** @throws Problem that names both URLs' variables */
export async function makeDatabase(admin: Database, own: Database): Promise<MadeDatabase> {
  try {
    return await ensureDatabase(admin, own)
  } catch (error) {
    throw new Problem(`Role and database of DATABASE_URL could not be made with DATABASE_ADMIN_URL: ${reason(error)}`, {
      cause: error,
    })
  }
}

// A connection that was refused on every address has its reason in the code only.
function reason(error: unknown): string {
  const { message = '', code = '' } = error as { message?: string; code?: string }
  return message || code || String(error)
}

/** What was made, a line each. */
export const newDatabase = ({ role, database }: MadeDatabase): string[] => [
  ...(role === undefined ? [] : [`role       ${role}`]),
  ...(database === undefined ? [] : [`database   ${database}`]),
]
