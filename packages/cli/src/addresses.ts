import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Database,
  type KafkaConnection,
  kafkaSettings,
  optionalDatabaseSettings,
  optionalRegistrySettings,
  type RegistryConnection,
} from '@petrel/messaging/connections'
import { z } from 'zod'
import { Problem } from './problem.ts'

const own = z.object({ TOPIC_PREFIX: z.string().default('') })

// Only a deployment needs the registry, and the database of the one service that is deployed.
const environment = own.and(kafkaSettings).and(optionalRegistrySettings).and(optionalDatabaseSettings)

/** What `npm start` writes: the same names, and each service's database. */
const localEnvironment = own
  .extend({ databases: z.record(z.string(), z.url()).default({}) })
  .and(kafkaSettings)
  .and(optionalRegistrySettings)

/** Where Kafka, the registry and the databases are. */
export interface Addresses {
  readonly kafka: KafkaConnection
  readonly registry: RegistryConnection | undefined
  readonly prefix: string
  /** Who may make and drop the database of the one service; undefined when databases are made elsewhere. */
  readonly databaseAdmin: Database | undefined
  /** The services' databases, in the same order. @throws Problem when it is not known where one is */
  databasesOf(services: readonly string[]): Database[]
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The environment's addresses, or, when it has none, those of the system that `npm start` runs in this folder.
 * @throws Problem when there are neither
 */
export async function findAddresses(env: Environment, root: string): Promise<Addresses> {
  if (env['KAFKA_BROKERS'] !== undefined || env['KAFKA_BROKERS_FILE'] !== undefined) return fromEnvironment(env)
  const file = join(root, '.local', 'environment.json')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined)
    throw new Problem('Where is Kafka? Start the local system with npm start, or set KAFKA_BROKERS (and SCHEMA_REGISTRY_URL).')
  return fromFile(file, text, env['TOPIC_PREFIX'])
}

function fromEnvironment(env: Environment): Addresses {
  const parsed = environment.safeParse(env)
  if (!parsed.success) throw new Problem(`The environment is incomplete. ${problemsOf(parsed.error)}.`)
  const { database, databaseAdmin } = parsed.data
  return {
    ...kafkaAndRegistry(parsed.data),
    databaseAdmin,
    databasesOf(services) {
      if (database === undefined) throw new Problem(`Where is the database of ${services.join(', ')}? Set DATABASE_URL.`)
      if (services.length > 1)
        throw new Problem('DATABASE_URL is the database of one service: name that one, for example petrel deploy sales.')
      return [database]
    },
  }
}

function fromFile(file: string, text: string, prefix: string | undefined): Addresses {
  const parsed = localEnvironment.safeParse(parseJson(file, text))
  if (!parsed.success) throw new Problem(`${file} cannot be used. ${problemsOf(parsed.error)}. npm start writes a new one.`)
  const { databases, ...rest } = parsed.data
  return {
    ...kafkaAndRegistry({ ...rest, TOPIC_PREFIX: prefix ?? rest.TOPIC_PREFIX }),
    databaseAdmin: undefined,
    databasesOf: (services) =>
      services.map((service) => {
        const url = databases[service]
        if (url === undefined) throw new Problem(`${file} has no database of ${service}. npm start makes one.`)
        return url
      }),
  }
}

const kafkaAndRegistry = (found: Pick<z.infer<typeof environment>, 'kafka' | 'registry' | 'TOPIC_PREFIX'>) => ({
  kafka: found.kafka,
  registry: found.registry,
  prefix: found.TOPIC_PREFIX,
})

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Problem(`${file} is not JSON. npm start writes a new one.`, { cause: error })
  }
}

export const problemsOf = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
