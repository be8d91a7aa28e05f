import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ENVIRONMENT } from '../folders.ts'
import { Problem } from '../problem.ts'

/** What another terminal needs to know of the running system. */
export interface EnvironmentFile {
  readonly KAFKA_BROKERS: string
  readonly SCHEMA_REGISTRY_URL: string
  readonly TOPIC_PREFIX: string
  /** Where the running system can be asked how it is, and to start and stop services. */
  readonly LOCAL_CONTROL_URL: string
  /** Of Prometheus, while the system is observed. */
  readonly PROMETHEUS_URL?: string
  /** URL of each service's database. */
  readonly databases: Readonly<Record<string, string>>
  /** Everything that each service reads from its environment. */
  readonly services: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** Readable for its owner only: there are passwords in it, if only of the local database. */
export async function writeEnvironmentFile(content: EnvironmentFile): Promise<void> {
  await mkdir(dirname(ENVIRONMENT), { recursive: true })
  await writeFile(`${ENVIRONMENT}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  await rename(`${ENVIRONMENT}.new`, ENVIRONMENT)
}

/** @throws Problem when the system was never started */
export async function readEnvironmentFile(): Promise<EnvironmentFile> {
  if (!existsSync(ENVIRONMENT)) throw new Problem('The local system was never started here: npm start')
  return JSON.parse(await readFile(ENVIRONMENT, 'utf8')) as EnvironmentFile
}
