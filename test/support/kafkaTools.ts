import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { JARS, LOCAL } from '../../deploy/local/folders.ts'
import { archivedClasses } from '../../deploy/local/stack/classArchive.ts'
import { ensureJars, JAVA_ENVIRONMENT } from '../../deploy/local/stack/jars.mjs'
import { findJava, FRUGAL_JVM } from '../../deploy/local/stack/java.ts'
import { propertyLines } from '../../deploy/local/stack/kafkaPassword.ts'

/** What Kafka brings for a terminal. */
export const tools = {
  acls: 'org.apache.kafka.tools.AclCommand',
  producer: 'org.apache.kafka.tools.ConsoleProducer',
  consumer: 'org.apache.kafka.tools.consumer.ConsoleConsumer',
} as const

export interface ToolRun {
  readonly code: number
  /** Everything that it has printed. */
  readonly said: string
}

/** Kafka's own tools: clients that have nothing in common with ours. */
export interface KafkaTools {
  /** Program and first arguments of a tool, for a shell. */
  command(tool: keyof typeof tools): readonly string[]
  run(tool: keyof typeof tools, args: readonly string[], input?: string): Promise<ToolRun>
}

const run = promisify(execFile)

/** Says in which version Maven's plugins are used. */
const POM = fileURLToPath(new URL('../../deploy/local/stack/pom.xml', import.meta.url))

/** They are not among what a broker needs, so Maven fetches them when a test asks for the first time. */
export async function kafkaTools(): Promise<KafkaTools> {
  const [java, jars] = [await findJava(), await ensureJars(JARS, { print: () => {}, during: (_, work) => work })]
  const broker = join(jars, 'kafka')
  const jvm = [...FRUGAL_JVM, ...(await archivedClasses({ java, jars }, 'kafka'))]
  const classPath = [join(broker, '*'), await toolsFor(broker)].join(delimiter)
  const command = (tool: keyof typeof tools) => [java, ...jvm, '-cp', classPath, tools[tool]]
  return {
    command,
    async run(tool, args, input = '') {
      const [program = '', ...first] = command(tool)
      const child = spawn(program, [...first, ...args], { env: { ...process.env, ...JAVA_ENVIRONMENT } })
      const said = Promise.all([text(child.stdout), text(child.stderr)])
      child.stdin.end(input)
      const [code] = (await once(child, 'close')) as [number]
      return { code, said: (await said).join('\n') }
    },
  }
}

/** In the broker's version. Whole or not at all: one that is killed in the middle leaves nothing that looks complete. */
async function toolsFor(broker: string): Promise<string> {
  const clients = (await readdir(broker)).find((name) => name.startsWith('kafka-clients-')) ?? ''
  const [folder, name] = [join(LOCAL, 'kafka-tools'), clients.replace('clients', 'tools')]
  const jar = join(folder, name)
  if (existsSync(jar)) return jar
  const artifact = name.replace(/^kafka-tools-(.*)\.jar$/, 'org.apache.kafka:kafka-tools:$1')
  await mkdir(folder, { recursive: true })
  const unfinished = await mkdtemp(join(folder, 'unfinished-'))
  await run('mvn', ['-B', '-q', '-f', POM, 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${unfinished}`])
  await rename(join(unfinished, name), jar)
  await rm(unfinished, { recursive: true })
  return jar
}

/** The file that they read a client's settings from. */
export async function writeProperties(file: string, properties: Readonly<Record<string, string>>): Promise<string> {
  await writeFile(file, propertyLines(properties), { mode: 0o600 })
  return file
}
