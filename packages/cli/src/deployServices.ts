import { confluentRegistry, deployAll, type DeployReport } from '@petrel/messaging/operations'
import type { CommandContext } from './commandContext.ts'
import { Problem } from './problem.ts'
import { paint } from './screen.ts'
import { loadServices } from './services.ts'

/** `petrel deploy`: makes what the services need, and lists what was new. */
export async function deployServices({ root, addresses, broker, out }: CommandContext, names: readonly string[]): Promise<true> {
  if (addresses.registryUrl === undefined) throw new Problem('Where is the schema registry? Set SCHEMA_REGISTRY_URL.')
  const services = await loadServices(root, names)
  const databases = addresses.databasesOf(services.map(({ name }) => name))
  const deployments = services.map(({ endpoint, migrations }, index) => {
    const url = databases[index]
    return url === undefined ? { endpoint } : { endpoint, database: { url, migrations } }
  })
  const registry = confluentRegistry({ url: addresses.registryUrl })
  const report = await deployAll(deployments, { admin: broker.admin, registry, prefix: addresses.prefix })
  for (const text of newThings(report)) out.line(text)
  const deployed = services.map(({ name }) => name).join(', ')
  out.line(paint('green', `${deployed} ${services.length === 1 ? 'is' : 'are'} deployed.`))
  return true
}

/** What a deployment has made, a line each; none when all was there. */
export function newThings({ topics, subjects, migrations, positions }: DeployReport): string[] {
  return [
    ...topics.map((topic) => `topic      ${topic}`),
    ...subjects.map((subject) => `schema     ${subject}`),
    ...migrations.map(({ endpoint, name }) => `migration  ${endpoint}: ${name}`),
    ...positions.map(({ group, topic, partitions }) => `position   ${group} in ${topic} (${partitions} partitions)`),
  ]
}
