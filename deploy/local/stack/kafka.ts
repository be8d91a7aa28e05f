import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startChild, whenReady, type Child } from '../processes/child.ts'
import { archivedClasses } from './classArchive.ts'
import { JAVA_ENVIRONMENT } from './jars.mjs'
import { FRUGAL_JVM } from './java.ts'
import { Problem } from '../problem.ts'

export interface KafkaOptions {
  readonly java: string
  readonly jars: string
  readonly dataDir: string
  readonly logsDir: string
  readonly port: number
  readonly controllerPort: number
  /** Lines of server.properties, in addition to those it always has, or instead of them: for listeners with TLS and logins. */
  readonly properties?: Readonly<Record<string, string>>
  /** Users that it has from the beginning, `SCRAM-SHA-512=[name=sales,password=…]`. */
  readonly users?: readonly string[]
  readonly jvm?: readonly string[]
  /** See {@link startChild}. */
  readonly background?: boolean
  /** Of a cluster that it joins. Default: one of its own. */
  readonly clusterId?: string
}

/** Log4j takes an address: a path with a space in it would be none. */
const LOGGING = new URL('kafka-log4j2.properties', import.meta.url).href
const JVM = ['-Xms96m', '-Xmx320m', '-XX:MaxDirectMemorySize=96m', ...FRUGAL_JVM, `-Dlog4j2.configurationFile=${LOGGING}`]

/** One Kafka node, broker and controller at once. Resolves when clients can connect. */
export async function startKafka(options: KafkaOptions, signal?: AbortSignal): Promise<Child> {
  await mkdir(options.dataDir, { recursive: true })
  const properties = join(options.dataDir, 'server.properties')
  await writeFile(properties, serverProperties(options), { mode: 0o600 })
  const jvm = [...JVM, ...(await archivedClasses(options, 'kafka'))]
  await formatOnce(options, properties, jvm)
  const kafka = await startChild({
    name: 'Kafka',
    command: options.java,
    env: JAVA_ENVIRONMENT,
    args: [...jvm, ...(options.jvm ?? []), '-cp', classPath(options), 'kafka.Kafka', properties],
    logFile: join(options.logsDir, 'kafka.log'),
    pidFile: join(options.dataDir, 'pid'),
    background: options.background ?? false,
  })
  await whenReady(kafka, async () => kafka.output().includes('Kafka Server started'), signal)
  return kafka
}

const classPath = ({ jars }: KafkaOptions) => join(jars, 'kafka', '*')
const logDir = ({ dataDir }: KafkaOptions) => join(dataDir, 'log')

export const newClusterId = (): string => randomBytes(16).toString('base64url').replace(/^-/, 'p')

/** The mark is written last: a folder without it was never used, so it is safe to format it again. */
async function formatOnce(options: KafkaOptions, properties: string, jvm: readonly string[]): Promise<void> {
  const mark = join(options.dataDir, 'formatted')
  if (existsSync(mark)) return
  await rm(logDir(options), { recursive: true, force: true })
  const clusterId = options.clusterId ?? newClusterId()
  const users = await usersFile(options)
  const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties, ...users]
  const args = [...jvm, '-cp', classPath(options), ...format]
  await promisify(execFile)(options.java, args, { env: { ...process.env, ...JAVA_ENVIRONMENT } }).catch((error: unknown) => {
    throw new Problem(`Kafka could not prepare ${logDir(options)}: ${(error as Error).message}`, { cause: error })
  })
  await writeFile(mark, `${clusterId}\n`)
}

/** Everybody on the machine sees the arguments of a program, but not the file that one names. */
async function usersFile({ dataDir, users = [] }: KafkaOptions): Promise<string[]> {
  if (users.length === 0) return []
  const file = join(dataDir, 'users')
  await writeFile(file, users.flatMap((user) => ['--add-scram', user]).join('\n'), { mode: 0o600 })
  return [`@${file}`]
}

function serverProperties(options: KafkaOptions): string {
  const broker = `127.0.0.1:${options.port}`
  const controller = `127.0.0.1:${options.controllerPort}`
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${controller}`,
    listeners: `PLAINTEXT://${broker},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://${broker}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': logDir(options),
    // A misspelt topic is an error here, as it will be in production.
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    // The default waits 3 s for more members at each first join; here a service's members are all there at once.
    'group.initial.rebalance.delay.ms': '0',
    'num.network.threads': '2',
    'num.io.threads': '4',
    'log.cleaner.threads': '1',
    // 128 MB of the heap otherwise.
    'log.cleaner.dedupe.buffer.size': '4194304',
    // Each partition in use preallocates two indexes of this size (sparse, but 10 MB each are mapped).
    'log.index.size.max.bytes': '1048576',
    ...options.properties,
  }
  return Object.entries<string>(properties)
    .map(([key, value]) => `${key}=${propertyValue(value)}\n`)
    .join('')
}

/** Java reads properties files as Latin-1, and a backslash as an escape. */
const propertyValue = (text: string) =>
  text.replaceAll('\\', '\\\\').replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
