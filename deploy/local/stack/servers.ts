import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Child } from '../processes/child.ts'
import { Problem } from '../problem.ts'
import type { Progress } from '../progress.mjs'
import { assertElsewhereAnswers } from './elsewhere.ts'
import { ensureJars, JarsMissing } from './jars.mjs'
import { findJava } from './java.ts'
import { startKafka } from './kafka.ts'
import { keepServer, type KeptServer } from './keptServer.ts'
import { startPostgres } from './postgres.ts'
import { startRegistry } from './registry.ts'
import type { StackOptions } from './stack.ts'

const inSilence: Progress['during'] = (_, work) => work

/** What was started here; what runs elsewhere is not in it. */
export type Servers = Partial<Record<'kafka' | 'registry' | 'postgres', KeptServer>>

/** Starts what is not elsewhere, side by side. All settle before this does, so that nothing is still starting when `servers` are stopped. */
export async function startServers(options: StackOptions, servers: Servers): Promise<void> {
  const { elsewhere = {}, log, signal, during = inSilence, onChange } = options
  const toStart = await serversToStart(options)
  if (toStart.length > 0) log(`Starting ${toStart.map(({ name }) => name).join(', ')} …`)
  const starts = toStart.map(async ({ key, name, start }) => {
    const keep = { log, signal, onChange: (isUp: boolean) => onChange?.(name, isUp) }
    servers[key] = await during(`starting ${name}`, keepServer(start, keep))
    log(`${name} is up.`)
  })
  const connected = during('connecting to what runs elsewhere', assertElsewhereAnswers(elsewhere, { signal }))
  const failed = (await Promise.allSettled([...starts, connected])).find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}

export async function stopServers(servers: Servers): Promise<void> {
  await Promise.all(Object.values(servers).map((server) => server.stop()))
}

interface Server {
  readonly key: keyof Servers
  readonly name: string
  readonly start: (signal: AbortSignal) => Promise<Child>
}

async function serversToStart(options: StackOptions): Promise<Server[]> {
  const { dataDir, ports, elsewhere = {} } = options
  const logsDir = resolve(options.logsDir ?? join(dataDir, 'logs'))
  await mkdir(logsDir, { recursive: true })
  const folders = (key: keyof Servers) => ({ dataDir: join(dataDir, key), logsDir })
  const servers: Server[] = []

  if (!elsewhere.databaseUrl) {
    const postgres = { ...folders('postgres'), port: ports.postgres, settings: options.postgresSettings ?? {} }
    servers.push({ key: 'postgres', name: 'PostgreSQL', start: (signal) => startPostgres(postgres, signal) })
  }
  if (elsewhere.kafkaBrokers && elsewhere.registryUrl) return servers

  const java = await prepareJava(options)
  if (!elsewhere.kafkaBrokers) {
    const kafka = { ...java, ...folders('kafka'), port: ports.kafka, controllerPort: ports.kafkaController }
    servers.push({ key: 'kafka', name: 'Kafka', start: (signal) => startKafka(kafka, signal) })
  }
  if (!elsewhere.registryUrl) {
    const registry = { ...java, ...folders('registry'), port: ports.registry }
    servers.push({ key: 'registry', name: 'Schema registry', start: (signal) => startRegistry(registry, signal) })
  }
  return servers
}

async function prepareJava({ jarsDir, log, during = inSilence }: StackOptions): Promise<{ java: string; jars: string }> {
  const java = await findJava()
  const jars = await ensureJars(resolve(jarsDir), { print: log, during }).catch((error: unknown) => {
    throw error instanceof JarsMissing ? new Problem(error.message, { cause: error }) : error
  })
  return { java, jars }
}
