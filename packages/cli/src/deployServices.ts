import { type Database } from '@petrel/messaging/connections'
import {
  confluentRegistry,
  deployAll,
  type DeployReport,
  findWeakDurability,
  type WeakDurability,
} from '@petrel/messaging/operations'
import type { CommandContext } from './commandContext.ts'
import { makeDatabase, newDatabase } from './makeDatabaseAlone.ts'
import { patiently } from './patience.ts'
import { Problem } from './problem.ts'
import { paint, type Text } from './screen.ts'
import { loadServices } from './services.ts'

interface Options {
  /** How long to wait for who is not there yet. */
  readonly waitMs: number
}

/** `petrel deploy`: makes what the services need, and lists what was new. */
export async function deployServices(context: CommandContext, names: readonly string[], { waitMs }: Options): Promise<true> {
  const { root, addresses, broker, out, err } = context
  if (addresses.registry === undefined) throw new Problem('Where is the schema registry? Set SCHEMA_REGISTRY_URL.')
  const services = await loadServices(root, names)
  const databases = addresses.databasesOf(services.map(({ name }) => name))
  const madeDatabases: string[] = []
  const deployments = services.map(({ endpoint, migrations }, index) => {
    const url = databases[index]
    if (url === undefined) return { endpoint }
    const make = async () => void madeDatabases.push(...(await makeItsDatabase(addresses.databaseAdmin, url)))
    return { endpoint, database: { url, make, migrations } }
  })
  const registry = confluentRegistry(addresses.registry)
  const patience = { waitMs, addresses, onWait: (sentence: string) => err.line(sentence) }
  const infrastructure = { admin: broker.admin, registry, prefix: addresses.prefix }
  const report = await patiently(() => deployAll(deployments, infrastructure), patience)
  for (const text of [...madeDatabases, ...newThings(report)]) out.line(text)
  const endpoints = services.map(({ endpoint }) => endpoint)
  for (const text of weakThings(await findWeakDurability(endpoints, infrastructure))) err.line(text)
  const deployed = services.map(({ name }) => name).join(', ')
  out.line(paint('green', `${deployed} ${services.length === 1 ? 'is' : 'are'} deployed.`))
  return true
}

/** Only where one was named who may do that: there the environment is that of one service. @returns what was new, a line each */
async function makeItsDatabase(admin: Database | undefined, database: Database): Promise<string[]> {
  return admin === undefined ? [] : newDatabase(await makeDatabase(admin, database))
}

/** One broker is as somebody has chosen it; each service says it when it starts. */
const weakThings = (weak: WeakDurability | undefined): Text[] =>
  weak === undefined || weak.brokers === 1 ? [] : [paint('yellow', weak.what), weak.wayOut]

/** What a deployment has made, a line each; none when all was there. */
export function newThings({ topics, subjects, migrations, positions }: DeployReport): string[] {
  return [
    ...topics.map((topic) => `topic      ${topic}`),
    ...subjects.map((subject) => `schema     ${subject}`),
    ...migrations.map(({ endpoint, name }) => `migration  ${endpoint}: ${name}`),
    ...positions.map(({ group, topic, partitions }) => `position   ${group} in ${topic} (${partitions} partitions)`),
  ]
}
