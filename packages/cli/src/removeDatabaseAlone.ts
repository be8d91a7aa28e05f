import type { Database } from '@petrel/messaging/connections'
import { dropDatabase, kafkajsBroker, type MadeDatabase, ownerOfDatabase, silentLog } from '@petrel/messaging/operations'
import { findAddresses } from './addresses.ts'
import type { ProjectContext } from './commandContext.ts'
import { databaseAlone, patienceForDatabase } from './makeDatabaseAlone.ts'
import { type Patience, patiently } from './patience.ts'
import { Problem } from './problem.ts'
import { paint } from './screen.ts'

interface Options {
  readonly waitMs: number
  /** Whether somebody has thought about it: a Job has, and at a terminal who says so. */
  readonly isSure: boolean
}

/**
 * `petrel remove` of a service that is not on the bus: its database and its role go for good. Who is still connected is cut off,
 * and nobody waits for that service to stop: no group says whether it runs. The topic by which it has switched faults goes, too: they
 * would still be on when the shop comes back. Again changes nothing.
 */
export async function removeDatabaseAlone(context: ProjectContext, { waitMs, isSure }: Options): Promise<true> {
  const { own, admin } = databaseAlone(context, 'remove the database')
  const name = decodeURIComponent(new URL(own.url).pathname.slice(1))
  if (!isSure) throw new Problem(`Everything in the database ${name} is lost. To remove it: petrel remove --yes`)
  const patience = patienceForDatabase(context, waitMs)
  await patiently(() => refuseClaimed(admin, own), patience)
  const gone = goneDatabase(await patiently(() => dropDatabase(admin, own), patience))
  for (const text of [...gone, ...(await removeFaultTopic(context, patience))]) context.out.line(text)
  context.out.line(paint('green', gone.length > 0 ? 'The database is removed.' : `There is no database ${name}.`))
  return true
}

/** Only the console knows the topic here: endpoints have names, and are removed by them. @returns what was removed, a line each */
async function removeFaultTopic({ env, root }: ProjectContext, patience: Patience): Promise<string[]> {
  const { FAULT_TOPIC: name, KAFKA_BROKERS: brokers } = env
  if (name === undefined || brokers === undefined) return []
  const addresses = await findAddresses(env, root)
  const broker = kafkajsBroker({ ...addresses.kafka, clientId: 'petrel', log: silentLog })
  const topic = addresses.prefix + name
  try {
    return await patiently(
      async () => {
        if (!(await broker.admin.partitions([topic])).has(topic)) return []
        await broker.admin.deleteTopics([topic])
        return [`topic      ${topic}`]
      },
      { ...patience, addresses },
    )
  } finally {
    await broker.close()
  }
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
