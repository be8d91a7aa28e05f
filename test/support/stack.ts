import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { kafkajsBroker, silentLog } from '@petrel/messaging/operations'
import { inject } from 'vitest'
import { databaseName, dropDatabase, ensureDatabase } from '../../deploy/local/stack/databases.ts'
import { freePorts } from '../../deploy/local/stack/ports.ts'
import { allServices } from '../../deploy/local/processes/serviceProcess.ts'
import { allowServices } from '../../deploy/local/shop/allowServices.ts'
import { connectionEnvironment, connectionsOf } from '../../deploy/local/shop/connections.ts'
import { ADMINISTRATOR } from '../../deploy/local/stack/security.ts'
import type { StackAddresses } from '../../deploy/local/stack/stack.ts'
import { serviceEnvironment, type ServicePorts } from '../../deploy/local/shop/serviceEnvironment.ts'
import { readAgainMs } from '../../packages/messaging/src/fault.ts'
import type { PgBouncer } from './pgBouncer.ts'
import { type RunningService, startProcess } from './processes.ts'

export { eventually } from './eventually.ts'
export { joined, type RunningService } from './processes.ts'
export { startOwnStack } from './oneStack.ts'

/** One Petrel of a test's own on the shared stack: what others do there, it neither sees nor disturbs. */
export interface TestSystem {
  readonly addresses: StackAddresses
  /** TOPIC_PREFIX of everything in it. */
  readonly prefix: string
  /** Where its services listen, once started. */
  readonly ports: ServicePorts
  /** The URL of the service's own database, made at the first call. */
  createDatabase(service: string): Promise<string>
  /** All that a service reads from its environment: addresses, its database, the prefix, its neighbours' ports. For `run`, or a process. */
  env(service: string): Promise<Record<string, string>>
  /** Starts `services/<name>` as a process; it ends with the system at the latest. @param root of another version than this one */
  startService(name: string, env?: Readonly<Record<string, string>>, root?: string): Promise<RunningService>
  /** Every handler of the service throws, with this message, once this has resolved. */
  breakService(name: string, message: string): Promise<void>
  mendService(name: string): Promise<void>
  /** Ends its processes, drops its databases and topics. Also what `await using` does. */
  cleanup(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** What belongs to a test alone is no user of its own where doors are closed. */
const userOf = (service: string) => (allServices().includes(service) ? service : ADMINISTRATOR)

export interface TestSystemOptions {
  /** Of a stack of the test's own, if it has one. */
  readonly addresses?: StackAddresses | undefined
  /** What stands between services and their databases. */
  readonly pooler?: PgBouncer | undefined
}

/** Nothing in it yet: no topics, no databases. */
export async function testSystem({ addresses = inject('stack'), pooler }: TestSystemOptions = {}): Promise<TestSystem> {
  const name = `t${randomBytes(4).toString('hex')}`
  const prefix = `${name}.`
  const faultsDir = await mkdtemp(join(tmpdir(), 'petrel-faults-'))
  const faultFile = (service: string) => join(faultsDir, service)
  const [clientUi = 0, paymentGateway = 0, loyalty = 0, console = 0, mailbox = 0, smtp = 0] = await freePorts(6)
  const ports = { clientUi, paymentGateway, loyalty, console, mailbox, smtp }
  await allowServices(addresses, { prefix, prune: false })
  const databases = new Map<string, Promise<string>>()
  const processes: RunningService[] = []

  const ownName = (service: string) => `${name}_${databaseName(service)}`
  const system: TestSystem = {
    addresses,
    prefix,
    ports,
    createDatabase(service) {
      const known = databases.get(service) ?? ensureDatabase(addresses.databaseUrl, ownName(service))
      databases.set(service, known)
      return known
    },
    async env(service) {
      const direct = await system.createDatabase(service)
      const databaseUrl = (await pooler?.urlOf(direct)) ?? direct
      const environment = serviceEnvironment({ ...addresses, databaseUrl, prefix, ports, faultFile: faultFile(service) })
      return { ...environment, ...connectionEnvironment(addresses, userOf(service)) }
    },
    async startService(service, env = {}, root) {
      const running = await startProcess(service, { ...(await system.env(service)), ...env }, root)
      processes.push(running)
      return running
    },
    async breakService(service, message) {
      await writeFile(faultFile(service), message)
      await setTimeout(readAgainMs)
    },
    async mendService(service) {
      await rm(faultFile(service), { force: true })
      await setTimeout(readAgainMs)
    },
    async cleanup() {
      await Promise.all(processes.map((each) => each.kill('SIGKILL')))
      await Promise.all([...databases.keys()].map((service) => dropDatabase(addresses.databaseUrl, ownName(service))))
      await deleteTopics(addresses, prefix)
      await rm(faultsDir, { recursive: true, force: true })
    },
    [Symbol.asyncDispose]: () => system.cleanup(),
  }
  return system
}

/** Each topic has files and timers in the broker; a run makes hundreds. */
async function deleteTopics(addresses: StackAddresses, prefix: string): Promise<void> {
  const broker = kafkajsBroker({ ...connectionsOf(addresses, ADMINISTRATOR).kafka, clientId: 'test', log: silentLog })
  const topics = (await broker.admin.topics()).filter((topic) => topic.startsWith(prefix))
  if (topics.length > 0) await broker.admin.deleteTopics(topics)
  await broker.close()
}
