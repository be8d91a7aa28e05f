import { type Database } from '@petrel/messaging/connections'
import { dropDatabase, type MadeDatabase, ownerOfDatabase } from '@petrel/messaging/operations'
import type { ProjectContext } from './commandContext.ts'
import { databaseAlone, patienceForDatabase } from './makeDatabaseAlone.ts'
import { patiently } from './patience.ts'
import { Problem } from './problem.ts'
import { paint } from './screen.ts'

interface Options {
  readonly waitMs: number
  /** Whether somebody has thought about it: a Job has, and at a terminal who says so. */
  readonly isSure: boolean
}

/**
 * `petrel remove` of a service that is not on the bus: its database and its role go for good. Who is still connected is cut off,
 * and nobody waits for that service to stop: no group says whether it runs. Again changes nothing.
 */
export async function removeDatabaseAlone(context: ProjectContext, { waitMs, isSure }: Options): Promise<true> {
  const { own, admin } = databaseAlone(context, 'remove the database')
  const name = decodeURIComponent(new URL(own.url).pathname.slice(1))
  if (!isSure) throw new Problem(`Everything in the database ${name} is lost. To remove it: petrel remove --yes`)
  const patience = patienceForDatabase(context, waitMs)
  await patiently(() => refuseClaimed(admin, own), patience)
  const gone = goneDatabase(await patiently(() => dropDatabase(admin, own), patience))
  for (const text of gone) context.out.line(text)
  context.out.line(paint('green', gone.length > 0 ? 'The database is removed.' : `There is no database ${name}.`))
  return true
}

/** DATABASE_URL is easily that of another service. @throws Problem */
async function refuseClaimed(admin: Database, own: Database): Promise<void> {
  const owner = await ownerOfDatabase(admin, own)
  if (owner === undefined) return
  throw new Problem(
    `DATABASE_URL is the database of the endpoint ${owner}. Nothing was removed. To remove it: petrel remove ${owner}`,
  )
}

/** What was removed, a line each. */
export const goneDatabase = ({ database, role }: MadeDatabase): string[] => [
  ...(database === undefined ? [] : [`database   ${database}`]),
  ...(role === undefined ? [] : [`role       ${role}`]),
]
