import { join } from 'node:path'
import { mkdir, readdir } from 'node:fs/promises'
import { answersOk } from '../processes/answersOk.ts'
import { startChild, whenReady, type Child } from '../processes/child.ts'
import { archivedClasses } from './classArchive.ts'
import { JAVA_ENVIRONMENT } from './jars.mjs'
import { FRUGAL_JVM } from './java.ts'
import { Problem } from '../problem.ts'

export interface RegistryOptions {
  readonly java: string
  readonly jars: string
  readonly dataDir: string
  readonly logsDir: string
  readonly port: number
  readonly jvm?: readonly string[]
  /** See {@link startChild}. */
  readonly background?: boolean
}

/** Confluent's API, as clients expect it. */
export const registryUrl = (port: number, protocol = 'http') => `${protocol}://127.0.0.1:${port}/apis/ccompat/v7`

/** Apicurio Registry with its schemas in an H2 file. Resolves when it answers. */
export async function startRegistry(options: RegistryOptions, signal?: AbortSignal): Promise<Child> {
  const { java, jars, dataDir, logsDir, port, jvm = [], background = false } = options
  await mkdir(dataDir, { recursive: true })
  const registry = await startChild({
    name: 'Schema registry',
    command: java,
    env: JAVA_ENVIRONMENT,
    args: [
      '-Xms64m',
      '-Xmx192m',
      ...FRUGAL_JVM,
      ...(await archivedClasses(options, 'registry')),
      ...jvm,
      '-Dquarkus.http.host=127.0.0.1',
      `-Dquarkus.http.port=${port}`,
      `-Dquarkus.datasource.jdbc.url=jdbc:h2:file:${join(dataDir, 'schemas')}`,
      '-Dquarkus.log.level=WARN',
      '-jar',
      await runnerJar(join(jars, 'registry')),
    ],
    logFile: join(logsDir, 'registry.log'),
    pidFile: join(dataDir, 'pid'),
    background,
  })
  await whenReady(registry, () => answersOk(`${registryUrl(port)}/subjects`), signal)
  return registry
}

async function runnerJar(folder: string): Promise<string> {
  const jar = (await readdir(folder)).find((name) => name.endsWith('-runner.jar'))
  if (!jar) throw new Problem(`There is no *-runner.jar in ${folder}. Remove that folder; the next start downloads it again.`)
  return join(folder, jar)
}
