import { setTimeout as sleep } from 'node:timers/promises'
import { BrokerUnavailable, confluentRegistry, deployAll, kafkajsBroker } from '@petrel/messaging/operations'
import { DatabaseError } from 'pg'
import { pino } from 'pino'
import { loadServices } from '../../packages/cli/src/services.ts'
import { databaseName, ensureDatabase } from './databases.ts'
import { serviceEnvironment, type ServicePorts } from './environment.ts'
import type { EnvironmentFile } from './environmentFile.ts'
import { faultFile, ROOT } from './folders.ts'
import { Problem } from './problem.ts'
import { shopkeeper } from './seed.ts'
import { allServices } from './serviceProcess.ts'

export interface Infrastructure {
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
  { kafkaBrokers, registryUrl }: Infrastructure,
  databases: Readonly<Record<string, string>>,
): Promise<void> {
  // Whatever keeps it from deploying is thrown; there is nothing to say besides.
  const broker = kafkajsBroker({ brokers: kafkaBrokers.split(','), clientId: 'deploy', log: pino({ level: 'silent' }) })
  try {
    const services = await loadServices(ROOT)
    const deployments = [...services, { name: shopkeeper.name, endpoint: shopkeeper, migrations: undefined }].map(
      ({ name, endpoint, migrations }) => ({
        endpoint,
        database: { url: databases[name] ?? '', ...(migrations !== undefined && { migrations }) },
      }),
    )
    const registry = confluentRegistry({ url: registryUrl })
    await retryUntilStopped(() => deployAll(deployments, { admin: broker.admin, registry, prefix: '' }))
  } catch (error) {
    throw explained(error)
  } finally {
    await broker.close()
  }
}

/** What `.local/environment.json` says: everything that each service, and `petrel`, must know. */
export function environmentOf(
  infrastructure: Infrastructure,
  databases: Readonly<Record<string, string>>,
  ports: ServicePorts,
): EnvironmentFile {
  const { kafkaBrokers, registryUrl } = infrastructure
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

/** A broker that has just started for the first time has no group coordinator yet; a deployment can simply be run again. */
async function retryUntilStopped(deploy: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 30_000
  for (;;) {
    try {
      await deploy()
      return
    } catch (error) {
      if (!(error instanceof BrokerUnavailable) || Date.now() > deadline) throw error
      await sleep(200)
    }
  }
}

/** What was deployed here before does not fit what is in the clone now (another branch, say): for a person to decide. */
function explained(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const isMisfit =
    error instanceof DatabaseError || ['MigrationError', 'PartitionCountMismatch', 'IncompatibleSchema'].includes(error.name)
  if (!isMisfit) return error
  return new Problem(`${error.message}\nIf the orders in the local system may go, begin anew: npm run reset`, { cause: error })
}
