import { setTimeout as pause } from 'node:timers/promises'
import {
  confluentRegistry,
  dropDatabase,
  type Infrastructure,
  type MadeDatabase,
  membersOf,
  ownerOfDatabase,
  remove,
  type RemoveReport,
  topicsOf,
} from '@petrel/messaging/operations'
import type { CommandContext } from './commandContext.ts'
import { patiently } from './patience.ts'
import { goneDatabase } from './removeDatabaseAlone.ts'
import { Problem } from './problem.ts'
import { paint } from './screen.ts'
import { span } from './time.ts'

interface Options {
  /** How long to wait until the endpoint has stopped everywhere, and for who is not there yet. */
  readonly waitMs: number
  /** Whether somebody has thought about it: a Job has, and at a terminal who says so. */
  readonly isSure: boolean
}

/**
 * `petrel remove`: an endpoint's groups, topics, schemas and, where one is named who may do that, its database go for good.
 * Again changes nothing.
 */
export async function removeEndpoint(context: CommandContext, endpoint: string, { waitMs, isSure }: Options): Promise<true> {
  const { addresses, broker, out, err } = context
  if (!/^[a-z][a-z0-9-]*$/.test(endpoint)) throw new Problem(`"${endpoint}" is no name of an endpoint.`)
  if (addresses.registry === undefined) throw new Problem('Where is the schema registry? Set SCHEMA_REGISTRY_URL.')
  const registry = confluentRegistry(addresses.registry)
  const infrastructure = { admin: broker.admin, registry, prefix: addresses.prefix }
  const patience = { waitMs, addresses, onWait: (sentence: string) => err.line(sentence) }
  if (!isSure) throw await warning(endpoint, infrastructure)
  await patiently(() => refuseForeignDatabase(context, endpoint), patience)
  await patiently(() => untilStopped(endpoint, waitMs, infrastructure), patience)
  const report = await patiently(() => remove(endpoint, infrastructure), patience)
  const dropped = await patiently(() => dropOwnDatabase(context, endpoint), patience)
  const gone = goneThings(report, dropped)
  for (const text of gone) out.line(text)
  out.line(paint('green', gone.length > 0 ? `${endpoint} is removed.` : `There is nothing of ${endpoint}.`))
  return true
}

async function warning(endpoint: string, infrastructure: Pick<Infrastructure, 'admin' | 'prefix'>): Promise<Problem> {
  const topics = await topicsOf(endpoint, infrastructure)
  return new Problem(
    `What is in these topics is lost, for everybody who has not read it yet:\n${topics.map((topic) => `  ${topic}`).join('\n')}\n` +
      `The schemas of ${endpoint} go, too, and its database with DATABASE_ADMIN_URL. To remove it: petrel remove ${endpoint} --yes`,
  )
}

const betweenLooksMs = 500

/** @throws Problem when the endpoint still runs somewhere after that time */
async function untilStopped(
  endpoint: string,
  waitMs: number,
  infrastructure: Pick<Infrastructure, 'admin' | 'prefix'>,
): Promise<void> {
  const deadline = Date.now() + waitMs
  for (;;) {
    const members = [...(await membersOf(endpoint, infrastructure))].filter(([, count]) => count > 0)
    if (members.length === 0) return
    if (Date.now() + betweenLooksMs > deadline) throw new Problem(stillRuns(endpoint, members, waitMs))
    await pause(betweenLooksMs)
  }
}

const stillRuns = (endpoint: string, members: readonly (readonly [string, number])[], waitMs: number) =>
  `${endpoint} still runs${waitMs > 0 ? ` after ${span(waitMs)}` : ''}: ` +
  `${members.map(([group, count]) => `${count} in group ${group}`).join(', ')}. ` +
  'Nothing was removed. Stop it first: helm uninstall, or kubectl scale --replicas 0.'

const databaseOf = ({ addresses }: CommandContext, endpoint: string) =>
  addresses.databaseAdmin === undefined
    ? undefined
    : { admin: addresses.databaseAdmin, own: addresses.databasesOf([endpoint])[0] ?? '' }

/** DATABASE_URL is easily that of another service. @throws Problem */
async function refuseForeignDatabase(context: CommandContext, endpoint: string): Promise<void> {
  const database = databaseOf(context, endpoint)
  if (database === undefined) return
  const owner = await ownerOfDatabase(database.admin, database.own)
  if (owner === undefined || owner === endpoint) return
  throw new Problem(`DATABASE_URL is the database of ${owner}, not of ${endpoint}. Nothing was removed.`)
}

async function dropOwnDatabase(context: CommandContext, endpoint: string): Promise<MadeDatabase | undefined> {
  const database = databaseOf(context, endpoint)
  return database === undefined ? undefined : dropDatabase(database.admin, database.own)
}

/** What was removed, a line each. */
function goneThings({ groups, topics, subjects }: RemoveReport, dropped: MadeDatabase | undefined): string[] {
  return [
    ...groups.map((group) => `group      ${group}`),
    ...subjects.map((subject) => `schema     ${subject}`),
    ...topics.map((topic) => `topic      ${topic}`),
    ...(dropped === undefined ? [] : goneDatabase(dropped)),
  ]
}
