import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Child } from './child.ts'
import { assertUsableFolder } from './disk.ts'
import { ensureJars, JarsMissing } from './jars.mjs'
import { findJava } from './java.ts'
import { startKafka } from './kafka.ts'
import { claim, release } from './pidFile.ts'
import { assertPortsFree, type PortUse } from './ports.ts'
import { startPostgres, superuserUrl } from './postgres.ts'
import { Problem, type Log } from './problem.ts'
import { registryUrl, startRegistry } from './registry.ts'

export interface StackPorts {
  readonly kafka: number
  readonly kafkaController: number
  readonly registry: number
  readonly postgres: number
}

/** What runs elsewhere and so is not started here. */
export interface Elsewhere {
  readonly kafkaBrokers?: string | undefined
  readonly registryUrl?: string | undefined
  /** Of a superuser: databases and roles are made under it. */
  readonly databaseUrl?: string | undefined
}

export interface StackOptions {
  /** Everything that must survive a restart. */
  readonly dataDir: string
  /** Where downloaded jars are kept; shared by all stacks of a clone. */
  readonly jarsDir: string
  /** Default: `logs` in the data folder. */
  readonly logsDir?: string
  readonly ports: StackPorts
  readonly elsewhere?: Elsewhere
  readonly log: Log
}

/** A running broker, registry and database. */
export interface Stack {
  /** Comma separated. */
  readonly kafkaBrokers: string
  readonly registryUrl: string
  /** Of a superuser. */
  readonly databaseUrl: string
  /** Process numbers of what was started here, for reading its CPU time or killing it. They change when a part is restarted. */
  pids(): { readonly kafka?: number; readonly registry?: number; readonly postgres?: number }
  /** Stops Kafka with the signal (SIGKILL for a crash), waits until it is gone, and starts it on the same data and port. */
  restartKafka(signal?: NodeJS.Signals): Promise<void>
  stop(): Promise<void>
}

/** Starts what is not elsewhere, side by side; when one part cannot start, stops the others. @throws Problem saying what to do about it. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { elsewhere = {}, ports, log } = options
  const dataDir = resolve(options.dataDir)
  const lock = join(dataDir, 'stack.pid')
  await assertUsableFolder(dataDir)
  lockData(lock, dataDir)
  const parts: Parts = {}
  try {
    await assertPortsFree(await portsToUse(ports, elsewhere))
    await startParts({ ...options, dataDir }, parts)
  } catch (error) {
    await stopParts(parts)
    release(lock)
    throw error
  }
  log('Kafka, the schema registry and PostgreSQL are up.')
  return {
    kafkaBrokers: elsewhere.kafkaBrokers ?? `127.0.0.1:${ports.kafka}`,
    registryUrl: elsewhere.registryUrl ?? registryUrl(ports.registry),
    databaseUrl: elsewhere.databaseUrl ?? superuserUrl(ports.postgres),
    pids: () => Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.child.pid])),
    async restartKafka(signal) {
      const kafka = parts.kafka
      if (!kafka) throw new Problem('This Kafka was not started here, so it is not ours to restart.')
      await kafka.child.stop(signal)
      kafka.child = await kafka.start()
    },
    async stop() {
      await stopParts(parts)
      release(lock)
    },
  }
}

interface Part {
  child: Child
  start(): Promise<Child>
}
type Parts = Partial<Record<'kafka' | 'registry' | 'postgres', Part>>

/** Two brokers on one log would destroy it, so a data folder has one user at a time. */
function lockData(lock: string, dataDir: string): void {
  const holder = claim(lock)
  if (holder === undefined) return
  throw new Problem(
    `The stack of ${dataDir} already runs (process ${holder}). Stop that one first (Ctrl-C in its terminal, or kill ${holder}).`,
  )
}

async function portsToUse(ports: StackPorts, elsewhere: Elsewhere): Promise<PortUse[]> {
  return [
    ...(elsewhere.kafkaBrokers
      ? []
      : [
          { port: ports.kafka, what: 'Kafka', variable: 'KAFKA_PORT' },
          { port: ports.kafkaController, what: "Kafka's controller", variable: 'KAFKA_CONTROLLER_PORT' },
        ]),
    ...(elsewhere.registryUrl ? [] : [{ port: ports.registry, what: 'schema registry', variable: 'REGISTRY_PORT' }]),
    ...(elsewhere.databaseUrl ? [] : [{ port: ports.postgres, what: 'PostgreSQL', variable: 'POSTGRES_PORT' }]),
  ]
}

/** All settle before this does, so that a part is never still starting when the others are stopped. */
async function startParts(options: StackOptions, parts: Parts): Promise<void> {
  const { dataDir, jarsDir, ports, elsewhere = {}, log } = options
  const logsDir = resolve(options.logsDir ?? join(dataDir, 'logs'))
  await mkdir(logsDir, { recursive: true })
  const needsJava = !elsewhere.kafkaBrokers || !elsewhere.registryUrl
  const jvm = needsJava ? prepareJava(jarsDir, log) : Promise.resolve({ java: '', jars: '' })
  const startPart = async (name: keyof Parts, start: () => Promise<Child>) => {
    const began = performance.now()
    const child = await start()
    parts[name] = { child, start }
    log(`${child.name} is up (${((performance.now() - began) / 1000).toFixed(1)} s).`)
  }
  const folder = (name: keyof Parts) => ({ dataDir: join(dataDir, name), logsDir })
  const outcomes = await Promise.allSettled([
    elsewhere.databaseUrl
      ? undefined
      : startPart('postgres', () => startPostgres({ ...folder('postgres'), port: ports.postgres })),
    elsewhere.kafkaBrokers
      ? undefined
      : jvm.then((java) =>
          startPart('kafka', () =>
            startKafka({ ...java, ...folder('kafka'), port: ports.kafka, controllerPort: ports.kafkaController }),
          ),
        ),
    elsewhere.registryUrl
      ? undefined
      : jvm.then((java) => startPart('registry', () => startRegistry({ ...java, ...folder('registry'), port: ports.registry }))),
  ])
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}

async function prepareJava(jarsDir: string, log: Log): Promise<{ java: string; jars: string }> {
  const java = await findJava()
  const jars = await ensureJars(resolve(jarsDir), log).catch((error: unknown) => {
    throw error instanceof JarsMissing ? new Problem(error.message, { cause: error }) : error
  })
  return { java, jars }
}

async function stopParts(parts: Parts): Promise<void> {
  await Promise.all(Object.values(parts).map((part) => part.child.stop()))
}
