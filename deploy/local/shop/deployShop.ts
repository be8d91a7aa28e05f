import { join } from 'node:path'
import {
  BrokerUnavailable,
  confluentRegistry,
  deployAll,
  kafkajsBroker,
  RegistryUnavailable,
  silentLog,
} from '@petrel/messaging/operations'
import { DatabaseError } from 'pg'
import { loadServices } from '../../../packages/cli/src/services.ts'
import { retryUntilStopped } from '../../../packages/messaging/src/engine/retryUntilStopped.ts'
import { faultFile, ROOT } from '../folders.ts'
import { Problem } from '../problem.ts'
import { allServices, hasDatabase } from '../processes/serviceProcess.ts'
import { databaseName, ensureDatabase } from '../stack/databases.ts'
import type { StackAccess } from '../stack/security.ts'
import type { StackAddresses } from '../stack/stack.ts'
import { connectionEnvironment, connectionsOf, PETREL } from './connections.ts'
import type { EnvironmentFile } from './environmentFile.ts'
import { serviceEnvironment, type ServicePorts } from './serviceEnvironment.ts'

const LONGEST_WAIT_MS = 30_000

/** A database and a role for each service that keeps something; what is there stays. */
export async function makeDatabases({ databaseUrl, access }: StackAddresses): Promise<Record<string, string>> {
  const urls: Record<string, string> = {}
  for (const service of allServices().filter(hasDatabase))
    urls[service] = await ensureDatabase(databaseUrl, databaseName(service), access?.databasePassword(service))
  return urls
}

/** Topics, schemas, tables and first offsets of all services: also of those left out today, so that they get the past later. */
export async function deployShop(
  addresses: StackAddresses,
  databases: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  // Whatever keeps it from deploying is thrown; the log would only repeat it.
  const connections = connectionsOf(addresses)
  const broker = kafkajsBroker({ ...connections.kafka, clientId: 'deploy', log: silentLog })
  try {
    const services = await loadServices(ROOT)
    const deployments = services.map(({ name, endpoint, migrations }) => ({
      endpoint,
      database: { url: databases[name] ?? '', migrations },
    }))
    const registry = confluentRegistry(connections.registry)
    await deployWhenAnswered(() => deployAll(deployments, { admin: broker.admin, registry, prefix: '' }), signal)
  } catch (error) {
    throw explained(error, addresses)
  } finally {
    await broker.close()
  }
}

/** What was chosen for this start. */
export interface Chosen {
  readonly ports: ServicePorts
  /** Where each service answers `/metrics`; empty when nobody watches. */
  readonly opsPorts: Readonly<Record<string, number>>
  readonly controlPort: number
  readonly prometheusUrl: string | undefined
  /** Where the mailbox keeps its mails. */
  readonly dataDir: string
}

/** The content of `.local/environment.json`: everything that each service, and `petrel`, must know. */
export function environmentOf(
  addresses: StackAddresses,
  databases: Readonly<Record<string, string>>,
  { ports, opsPorts, controlPort, prometheusUrl, dataDir }: Chosen,
): EnvironmentFile {
  const { kafkaBrokers, registryUrl } = addresses
  const controlUrl = `http://127.0.0.1:${controlPort}`
  const common = { kafkaBrokers, registryUrl, ports, mailsFolder: join(dataDir, 'mailbox'), controlUrl }
  const services = allServices().map((name) => [
    name,
    {
      ...serviceEnvironment({ ...common, databaseUrl: databases[name], faultFile: faultFile(name), opsPort: opsPorts[name] }),
      ...accessOf(addresses.access, name, databases[name]),
    },
  ])
  return {
    ...connectionEnvironment(addresses, PETREL),
    TOPIC_PREFIX: '',
    LOCAL_CONTROL_URL: controlUrl,
    ...(prometheusUrl !== undefined && { PROMETHEUS_URL: prometheusUrl }),
    databases,
    services: Object.fromEntries(services) as EnvironmentFile['services'],
  }
}

/** How a service is let in: each is a user of its own. */
function accessOf(access: StackAccess | undefined, service: string, databaseUrl: string | undefined): Record<string, string> {
  if (access === undefined) return {}
  const database = databaseUrl === undefined ? {} : access.databaseEnvironment(service, databaseUrl)
  return { ...access.environmentOf(service), ...database }
}

/**
 * A broker that has just started for the first time has no group coordinator yet; a deployment can simply be run again.
 * Any other error is given back rather than thrown: it would only be the same again.
 */
async function deployWhenAnswered(deploy: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  let unanswered: unknown
  const attempt = () =>
    deploy().then(
      () => undefined,
      (error: unknown) => {
        if (!(error instanceof BrokerUnavailable)) return error
        unanswered = error
        throw error
      },
    )
  const patience = { signal: AbortSignal.any([signal, AbortSignal.timeout(LONGEST_WAIT_MS)]), log: silentLog }
  const error = await retryUntilStopped('deploy', patience, attempt).catch(() => unanswered)
  if (error !== undefined) throw error
}

const LEFTOVERS = ['MigrationError', 'PartitionCountMismatch', 'IncompatibleSchema']

function explained(error: unknown, { kafkaBrokers, registryUrl }: StackAddresses): unknown {
  if (!(error instanceof Error)) return error
  const problem = (message: string) => new Problem(message, { cause: error })
  const seeLog = 'See its log (.local/logs), or ask whoever runs it.'
  if (error instanceof BrokerUnavailable)
    return problem(`Kafka at ${kafkaBrokers} does not take the topics of the shop: ${error.message}. ${seeLog}`)
  if (error instanceof RegistryUnavailable)
    return problem(`The schema registry at ${registryUrl} does not take the schemas of the shop: ${error.message}. ${seeLog}`)
  // What was deployed here before does not fit what is in the clone now (another branch, say): for a person to decide.
  const isLeftover = [error, error.cause].some(
    (each) => each instanceof DatabaseError || LEFTOVERS.includes((each as Error)?.name),
  )
  return isLeftover
    ? problem(`${error.message}\nIf the orders in the local system may go, start with an empty one: npm run reset`)
    : error
}
