import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Endpoint } from '@petrel/messaging'
import type { Program } from '@petrel/messaging/operations'
import { Problem } from './problem.ts'

/** A folder of `services/` with an endpoint in it. */
export interface ServiceFolder {
  readonly name: string
  readonly endpoint: Endpoint
  /** Undefined when it has no tables of its own. */
  readonly migrations: string | undefined
}

/** The nearest folder upwards that has services in it; the folder itself when none has. */
export function projectRoot(folder: string): string {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, 'services'))) return at
    if (dirname(at) === at) return folder
  }
}

/** The services named, or all that have an endpoint. @throws Problem when one is not there, or its file is not as it should be */
export async function loadServices(root: string, names: readonly string[] = []): Promise<ServiceFolder[]> {
  const known = servicesWithEndpoint(root)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new Problem(`There is no service ${unknown.join(', ')}. There are: ${known.join(', ') || 'none'}.`)
  return Promise.all((names.length > 0 ? [...new Set(names)] : known).map((name) => loadService(root, name)))
}

const endpointFile = (root: string, name: string) => join(root, 'services', name, 'src', 'endpoint.ts')

/** @throws Problem when the folder is not a project's */
export function servicesWithEndpoint(root: string): string[] {
  const folder = join(root, 'services')
  if (!existsSync(folder)) throw new Problem(`There is no folder services in ${root} or above. Run petrel in the project.`)
  return readdirSync(folder)
    .filter((name) => existsSync(endpointFile(root, name)))
    .toSorted()
}

async function loadService(root: string, name: string): Promise<ServiceFolder> {
  const file = endpointFile(root, name)
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  const endpoints = Object.values(module).filter(isEndpoint)
  const [endpoint] = endpoints
  if (endpoint === undefined || endpoints.length > 1)
    throw new Problem(`${file} exports ${endpoints.length} endpoints; it should export one, and is found by that.`)
  const migrations = join(root, 'services', name, 'migrations')
  return { name, endpoint, migrations: existsSync(migrations) ? migrations : undefined }
}

function isEndpoint(value: unknown): value is Endpoint {
  return (
    typeof value === 'object' && value !== null && ['name', 'handlers', 'sagas', 'recoverability'].every((part) => part in value)
  )
}

const programFile = (root: string, name: string) => join(root, 'services', name, 'src', 'program.ts')

/** What uses Kafka and is no endpoint. @throws Problem when a file is not as it should be */
export async function loadPrograms(root: string): Promise<Program[]> {
  const names = readdirSync(join(root, 'services')).filter((name) => existsSync(programFile(root, name)))
  return Promise.all(names.toSorted().map((name) => loadProgram(programFile(root, name))))
}

async function loadProgram(file: string): Promise<Program> {
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  const [program, ...others] = Object.values(module).filter(isProgram)
  if (program !== undefined && others.length === 0) return program
  throw new Problem(`${file} should export one program, with its name and its role: watches or operates.`)
}

const isProgram = (value: unknown): value is Program =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'role' in value &&
  ['watches', 'operates'].includes(String(value.role))

/** Every endpoint has an inbox; others have tables where they have migrations. */
export const servicesWithDatabase = (root: string): string[] =>
  readdirSync(join(root, 'services'))
    .filter((name) => existsSync(endpointFile(root, name)) || existsSync(join(root, 'services', name, 'migrations')))
    .toSorted()
