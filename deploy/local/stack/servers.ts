import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Child } from '../processes/child.ts'
import { Problem } from '../problem.ts'
import type { Progress } from '../progress.mjs'
import { assertElsewhereAnswers } from './elsewhere.ts'
import { archiveClasses, type JavaPrograms, type JavaServer, type Once, type StartOnce } from './classArchive.ts'
import { ensureJars, JarsMissing } from './jars.mjs'
import { findJava } from './java.ts'
import { type GuardingProxy, startGuardingProxy } from './guardingProxy.ts'
import { type KafkaOptions, startKafka } from './kafka.ts'
import { setKafkaPassword } from './kafkaPassword.ts'
import { keepServer, type KeptServer } from './keptServer.ts'
import { freePorts } from './ports.ts'
import { startPostgres } from './postgres.ts'
import { startRegistry } from './registry.ts'
import type { Security } from './security.ts'
import type { StackOptions } from './stack.ts'

const inSilence: Progress['during'] = (_, work) => work

type ServerKey = JavaServer | 'postgres'

/** What was started here; what runs elsewhere is not in it. */
export type Servers = Partial<Record<ServerKey, KeptServer>> & {
  /** Before the registry, which knows neither TLS nor logins. */
  proxy?: GuardingProxy
  /** What Kafka and the registry run with. */
  programs?: JavaPrograms
}

/** With what makes them closed, if they are to be. */
type ServerOptions = StackOptions & { readonly security: Security | undefined }

/** Starts what is not elsewhere, side by side. All settle before this does, so that nothing is still starting when `servers` are stopped. */
export async function startServers(options: ServerOptions, servers: Servers): Promise<void> {
  const { elsewhere = {}, log, signal, during = inSilence, onChange } = options
  const behind = options.security === undefined ? options.ports.registry : (await freePorts(1))[0]
  const toStart = await serversToStart({ ...options, ports: { ...options.ports, registry: behind ?? 0 } }, servers)
  if (toStart.length > 0) log(`Starting ${toStart.map(({ name }) => name).join(', ')} …`)
  const starts = toStart.map(async ({ key, name, start }) => {
    const keep = { log, signal, onChange: (isUp: boolean) => onChange?.(name, isUp) }
    servers[key] = await during(`starting ${name}`, keepServer(start, keep))
    log(`${name} is up.`)
  })
  if (options.security !== undefined) servers.proxy = await startProxy(options.security, options.ports.registry, behind ?? 0)
  const connected = during('connecting to what runs elsewhere', assertElsewhereAnswers(elsewhere, { signal }))
  const failed = (await Promise.allSettled([...starts, connected])).find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}

const startProxy = ({ certificate, letsIn }: Security, port: number, behind: number): Promise<GuardingProxy> =>
  startGuardingProxy({ port, target: `http://127.0.0.1:${behind}`, certificate, letsIn })

export async function stopServers(servers: Servers): Promise<void> {
  await servers.proxy?.close()
  await Promise.all(Object.values(processesOf(servers)).map((server) => server.stop()))
}

/** Makes later starts cheaper: see {@link archiveClasses}. */
export async function archiveServers({ programs, kafka, registry }: Servers, signal: AbortSignal): Promise<void> {
  if (programs === undefined) return
  const [port = 0, controllerPort = 0] = await freePorts(2)
  const options = (once: Once) => ({ ...programs, ...once, port, background: true })
  const archive = (server: JavaServer, start: StartOnce) => archiveClasses(programs, server, start, signal)
  if (kafka) await archive('kafka', (once) => startKafka({ ...options(once), controllerPort }, signal))
  if (registry) await archive('registry', (once) => startRegistry(options(once), signal))
}

/** Those that are processes. */
export function processesOf({ kafka, registry, postgres }: Servers): Record<string, KeptServer> {
  return { ...(kafka && { kafka }), ...(registry && { registry }), ...(postgres && { postgres }) }
}

interface Server {
  readonly key: ServerKey
  readonly name: string
  readonly start: (signal: AbortSignal) => Promise<Child>
}

async function serversToStart(options: ServerOptions, started: Servers): Promise<Server[]> {
  const { dataDir, ports, elsewhere = {}, security } = options
  const logsDir = resolve(options.logsDir ?? join(dataDir, 'logs'))
  await mkdir(logsDir, { recursive: true })
  const folders = (key: ServerKey) => ({ dataDir: join(dataDir, key), logsDir })
  const servers: Server[] = []

  if (!elsewhere.databaseUrl) {
    const closed = security && { password: security.superuserPassword, tls: security.postgresTls }
    const postgres = { ...folders('postgres'), port: ports.postgres, settings: options.postgresSettings ?? {}, ...closed }
    servers.push({ key: 'postgres', name: 'PostgreSQL', start: (signal) => startPostgres(postgres, signal) })
  }
  if (elsewhere.kafkaBrokers && elsewhere.registryUrl) return servers

  const java = await prepareJava(options)
  started.programs = java
  if (!elsewhere.kafkaBrokers) {
    const closed = security && {
      properties: security.kafka.properties(ports.kafka, ports.kafkaController),
      users: security.kafka.users,
    }
    const kafka = { ...java, ...folders('kafka'), port: ports.kafka, controllerPort: ports.kafkaController, ...closed }
    servers.push({ key: 'kafka', name: 'Kafka', start: (signal) => startWithUsers(kafka, security, signal) })
  }
  if (!elsewhere.registryUrl) {
    const registry = { ...java, ...folders('registry'), port: ports.registry }
    servers.push({ key: 'registry', name: 'Schema registry', start: (signal) => startRegistry(registry, signal) })
  }
  return servers
}

/** A service that was added since Kafka was started for the first time is a user that it does not know. */
async function startWithUsers(options: KafkaOptions, security: Security | undefined, signal: AbortSignal): Promise<Child> {
  const ranBefore = existsSync(join(options.dataDir, 'formatted'))
  const kafka = await startKafka(options, signal)
  if (security === undefined || !ranBefore) return kafka
  const { newcomers, client: properties } = security.kafka
  const administrator = { ...options, broker: `127.0.0.1:${options.port}`, properties, folder: options.dataDir }
  for (const [user, password] of newcomers) await setKafkaPassword(administrator, user, password)
  return kafka
}

async function prepareJava({ jarsDir, log, during = inSilence }: StackOptions): Promise<JavaPrograms> {
  const java = await findJava()
  const jars = await ensureJars(resolve(jarsDir), { print: log, during }).catch((error: unknown) => {
    throw error instanceof JarsMissing ? new Problem(error.message, { cause: error }) : error
  })
  return { java, jars }
}
