import { join, resolve } from 'node:path'
import { claim, release } from '../processes/pidFile.ts'
import { Problem, type PrintLine } from '../problem.ts'
import type { Progress } from '../progress.mjs'
import { assertUsableFolder } from './disk.ts'
import type { Elsewhere } from './elsewhere.ts'
import { assertPortsFree, portsToUse, type StackPorts } from './ports.ts'
import { type PostgresSettings, superuserUrl } from './postgres.ts'
import { registryUrl } from './registry.ts'
import { prepareSecurity, type Security, securedUrl, type StackAccess } from './security.ts'
import { archiveServers, processesOf, type Servers, startServers, stopServers } from './servers.ts'

export interface StackOptions {
  /** Everything that must survive a restart. */
  readonly dataDir: string
  /** Where downloaded jars are kept; shared by all stacks of a clone. */
  readonly jarsDir: string
  /** Default: `logs` in the data folder. */
  readonly logsDir?: string
  readonly ports: StackPorts
  /** What runs elsewhere and so is not started here. */
  readonly elsewhere?: Elsewhere
  /** Closes the doors of what is started here: TLS and a login everywhere, for these users. Data without them is not opened with them. */
  readonly users?: readonly string[] | undefined
  /** Of PostgreSQL, in addition to those it always has: for measuring it. */
  readonly postgresSettings?: PostgresSettings
  readonly log: PrintLine
  /** Names what is being started while nothing is printed. Default: nobody waits at a terminal. */
  readonly during?: Progress['during']
  /** Gives up starting. What has started is stopped then. */
  readonly signal?: AbortSignal
  /** Called whenever a server has ended by itself, and when it runs again. */
  readonly onChange?: (server: string, isUp: boolean) => void
}

/** Where the broker, the registry and the database are, wherever they run. */
export interface StackAddresses {
  /** Comma separated. */
  readonly kafkaBrokers: string
  readonly registryUrl: string
  /** Of a superuser. */
  readonly databaseUrl: string
  /** What Kafka and a registry elsewhere want besides their addresses. */
  readonly connections?: Readonly<Record<string, string>> | undefined
  /** Where the doors are closed: how users are let in. */
  readonly access?: StackAccess | undefined
}

/** A running broker, registry and database. What was started here is started again when it ends. */
export interface Stack extends StackAddresses {
  /** What was started here. */
  readonly servers: readonly string[]
  /** Process numbers of what was started here, for reading its CPU time or killing it. They change when it is started again. */
  pids(): { readonly kafka?: number; readonly registry?: number; readonly postgres?: number }
  /** Ends Kafka with the signal (SIGKILL for a crash), and resolves when it runs again, on the same data and port. */
  restartKafka(signal?: NodeJS.Signals): Promise<void>
  /** From now on, until it is done or the stack stops: see {@link archiveServers}. For one that runs for a while. */
  archiveClasses(): void
  stop(): Promise<void>
}

/** Starts what is not elsewhere, side by side; when one part cannot start, stops the others. @throws Problem saying what to do about it */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { elsewhere = {}, ports } = options
  const dataDir = resolve(options.dataDir)
  const lock = join(dataDir, 'stack.pid')
  await assertUsableFolder(dataDir)
  lockData(lock, dataDir)
  const servers: Servers = {}
  const stopping = new AbortController()
  let archiving: Promise<void> | undefined
  let security: Security | undefined
  try {
    await assertPortsFree(portsToUse(ports, elsewhere))
    if (options.users !== undefined) security = await prepareSecurity(join(dataDir, 'secrets'), options.users)
    await startServers({ ...options, dataDir, security }, servers)
  } catch (error) {
    await stopServers(servers)
    release(lock)
    throw error
  }
  return {
    ...addressesOf(ports, elsewhere, security),
    servers: Object.values(processesOf(servers)).map(({ name }) => name),
    pids: () => Object.fromEntries(Object.entries(processesOf(servers)).map(([name, server]) => [name, server.pid()])),
    async restartKafka(signal) {
      if (!servers.kafka) throw new Problem('This Kafka was not started here, so it is not ours to restart.')
      await servers.kafka.restart(signal)
    },
    archiveClasses() {
      // Where it cannot, starts cost what they cost, and the next one tries again.
      archiving ??= archiveServers(servers, stopping.signal).catch(() => {})
    },
    async stop() {
      stopping.abort()
      await Promise.all([stopServers(servers), archiving])
      release(lock)
    },
  }
}

function addressesOf(ports: StackPorts, elsewhere: Elsewhere, security: Security | undefined): StackAddresses {
  if (security !== undefined)
    return {
      kafkaBrokers: `127.0.0.1:${ports.kafka}`,
      registryUrl: registryUrl(ports.registry, 'https'),
      databaseUrl: securedUrl(superuserUrl(ports.postgres, security.superuserPassword), security.access),
      access: security.access,
    }
  return {
    kafkaBrokers: elsewhere.kafkaBrokers ?? `127.0.0.1:${ports.kafka}`,
    registryUrl: elsewhere.registryUrl ?? registryUrl(ports.registry),
    databaseUrl: elsewhere.databaseUrl ?? superuserUrl(ports.postgres),
    connections: elsewhere.connections,
  }
}

/** Two brokers on one log would destroy it, so a data folder has one user at a time. */
function lockData(lock: string, dataDir: string): void {
  const holder = claim(lock)
  if (holder === undefined) return
  throw new Problem(
    `The stack of ${dataDir} already runs (process ${holder}). Stop that one first (Ctrl-C in its terminal, or kill ${holder}).`,
  )
}
