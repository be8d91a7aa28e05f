import { connect } from 'node:net'
import { type Database, NotLetIn, notLetIn, type RegistryConnection } from '@petrel/messaging/connections'
import {
  checkDeployed,
  confluentRegistry,
  findWeakDurability,
  type Infrastructure,
  NotDeployed,
  PartitionCountMismatch,
  pendingMigrations,
  petrelMigrations,
  readLag,
  registryStatus,
} from '@petrel/messaging/operations'
import type { Addresses } from '../addresses.ts'
import type { CommandContext } from '../commandContext.ts'
import { loadServices, type ServiceFolder } from '../services.ts'
import type { Address, BusFacts, ServiceFacts } from './bus.ts'

/** Asks everything that the addresses name; what is away is a fact like any other. */
export async function busFacts({ root, addresses, broker }: CommandContext, names: readonly string[]): Promise<BusFacts> {
  const { registry: registryConnection, prefix } = addresses
  const [brokers, said, registry] = await Promise.all([
    Promise.all(addresses.kafka.brokers.map(reach)),
    broker.admin.addresses().then(
      (advertised) => ({ advertised, error: undefined, refusal: undefined }),
      (error: unknown) => ({
        advertised: unreached(error, addresses.kafka.brokers),
        error: message(error),
        refusal: notLetIn(error)?.message,
      }),
    ),
    registryConnection === undefined ? undefined : askRegistry(registryConnection),
  ])
  const isWhole = said.error === undefined && registry?.status === 200
  const registryToAsk = registryConnection === undefined ? undefined : confluentRegistry(registryConnection)
  const infrastructure =
    isWhole && registryToAsk !== undefined ? { admin: broker.admin, registry: registryToAsk, prefix } : undefined
  const services = await loadServices(root, names)
  const databases = databasesOf(services, addresses)
  return {
    brokers,
    advertised: await Promise.all(said.advertised.map(reach)),
    kafkaError: said.error,
    kafkaRefusal: said.refusal,
    registry,
    services: await Promise.all(services.map((service, index) => serviceFacts(service, databases[index], infrastructure))),
    weakDurability:
      said.error === undefined
        ? await findWeakDurability(
            services.map(({ endpoint }) => endpoint),
            { admin: broker.admin, prefix },
          )
        : undefined,
    lags: said.error === undefined ? await readLag({ admin: broker.admin, prefix }) : [],
  }
}

const longestWaitMs = 3_000

/** Whether somebody listens there. */
function reach(address: string): Promise<Address> {
  const at = address.lastIndexOf(':')
  const socket = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)), timeout: longestWaitMs })
  return new Promise((resolve) => {
    const end = (error: string | undefined) => {
      socket.destroy()
      resolve({ address, error })
    }
    socket.on('connect', () => end(undefined))
    socket.on('timeout', () => end('no answer'))
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
  })
}

/** Kafka was asked, and has named an address that is not reached: the client's error says which. */
function unreached(error: unknown, given: readonly string[]): string[] {
  for (let at = error; at instanceof Error; at = at.cause)
    if ('broker' in at && typeof at.broker === 'string' && !given.includes(at.broker)) return [at.broker]
  return []
}

async function askRegistry(connection: RegistryConnection): Promise<NonNullable<BusFacts['registry']>> {
  const { url } = connection
  try {
    return { url, error: undefined, status: await registryStatus(connection, longestWaitMs) }
  } catch (error) {
    const refusal = notLetIn(error)
    const why = refusal ?? (error as Error).cause ?? error
    return { url, error: message(why), status: undefined, refusal: refusal?.message }
  }
}

async function serviceFacts(
  { name, endpoint, migrations }: ServiceFolder,
  own: Database | undefined,
  infrastructure: Pick<Infrastructure, 'admin' | 'registry' | 'prefix'> | undefined,
): Promise<ServiceFacts> {
  const fault =
    infrastructure === undefined ? undefined : await checkDeployed(endpoint, infrastructure).catch((error: unknown) => error)
  const folders = [petrelMigrations, ...(migrations === undefined ? [] : [{ namespace: endpoint.name, path: migrations }])]
  const database = own === undefined ? [] : await pendingMigrations(own, folders).catch((error: unknown) => error)
  return {
    name,
    notDeployed: fault instanceof NotDeployed ? fault.message : undefined,
    partitionsDiffer: fault instanceof PartitionCountMismatch ? fault.message : undefined,
    database: Array.isArray(database) ? undefined : faultOf(database),
    pendingMigrations: Array.isArray(database) ? (database as string[]) : [],
  }
}

/** None when nobody says whose database DATABASE_URL is: it is that of one service. */
function databasesOf(services: readonly ServiceFolder[], addresses: Addresses): Database[] {
  try {
    return addresses.databasesOf(services.map(({ name }) => name))
  } catch {
    return []
  }
}

/** https://www.postgresql.org/docs/18/errcodes-appendix.html: not authorised. TLS has codes of its own. */
const notAuthorised = '28000'

function faultOf(error: unknown): NonNullable<ServiceFacts['database']> {
  if (error instanceof NotLetIn)
    return { code: notAuthorised, message: error.message.replace(/^PostgreSQL does not let us in: /, '').replace(/\.$/, '') }
  return { code: (error as { code?: string }).code ?? '', message: message(error) }
}

function message(error: unknown): string {
  const { message = '', code = '' } = error as { message?: string; code?: string }
  return message || code || String(error)
}
