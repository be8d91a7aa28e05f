import { confluentRegistry, deployAll, kafkajsBroker } from '@petrel/messaging/operations'
import { loadServices } from '../../packages/cli/src/services.ts'
import { databaseName, ensureDatabase } from './databases.ts'
import { serviceEnvironment, type ServicePorts } from './environment.ts'
import type { EnvironmentFile } from './environmentFile.ts'
import { faultFile, ROOT } from './folders.ts'
import { shopkeeper } from './seed.ts'
import { allServices } from './serviceProcess.ts'

export interface Ground {
  readonly kafkaBrokers: string
  readonly registryUrl: string
  /** Of a superuser. */
  readonly databaseUrl: string
}

/** A database and a role for each service, and the shopkeeper; what is there stays. */
export async function makeDatabases(superuserUrl: string): Promise<Record<string, string>> {
  const urls: Record<string, string> = {}
  for (const service of [...allServices(), shopkeeper.name])
    urls[service] = await ensureDatabase(superuserUrl, databaseName(service))
  return urls
}

/** Topics, schemas, tables and first offsets of all services: also of those left out today, so that they get the past later. */
export async function deployShop(
  { kafkaBrokers, registryUrl }: Ground,
  databases: Readonly<Record<string, string>>,
): Promise<void> {
  const broker = kafkajsBroker({ brokers: kafkaBrokers.split(','), clientId: 'deploy' })
  try {
    const services = await loadServices(ROOT)
    const deployments = [...services, { name: shopkeeper.name, endpoint: shopkeeper, migrations: undefined }].map(
      ({ name, endpoint, migrations }) => ({
        endpoint,
        database: { url: databases[name] ?? '', ...(migrations !== undefined && { migrations }) },
      }),
    )
    await deployAll(deployments, { admin: broker.admin, registry: confluentRegistry({ url: registryUrl }), prefix: '' })
  } finally {
    await broker.close()
  }
}

/** What `.local/environment.json` says: everything that each service, and `petrel`, must know. */
export function environmentOf(ground: Ground, databases: Readonly<Record<string, string>>, ports: ServicePorts): EnvironmentFile {
  const { kafkaBrokers, registryUrl } = ground
  const services = Object.entries(databases).map(([name, databaseUrl]) => [
    name,
    serviceEnvironment({ kafkaBrokers, registryUrl, databaseUrl, ports, faultFile: faultFile(name) }),
  ])
  return {
    KAFKA_BROKERS: kafkaBrokers,
    SCHEMA_REGISTRY_URL: registryUrl,
    TOPIC_PREFIX: '',
    databases,
    services: Object.fromEntries(services) as EnvironmentFile['services'],
  }
}
