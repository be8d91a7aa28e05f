import type { EndpointLag, WeakDurability } from '@petrel/messaging/operations'
import type { Check, Finding } from './finding.ts'

/** An address, and why there is no connection to it. */
export interface Address {
  readonly address: string
  readonly error: string | undefined
}

/** How one service's own things are, as far as they could be asked. */
export interface ServiceFacts {
  readonly name: string
  /** What is not there, with what to run. */
  readonly notDeployed: string | undefined
  readonly partitionsDiffer: string | undefined
  /** Undefined when nobody said where its database is, or it was reached. */
  readonly database: { readonly code: string; readonly message: string } | undefined
  readonly pendingMigrations: readonly string[]
}

/** What was found out about Kafka, the registry and the databases. */
export interface BusFacts {
  /** The addresses that were given. */
  readonly brokers: readonly Address[]
  /** Where the brokers say that they are, as far as one said it. */
  readonly advertised: readonly Address[]
  /** Why Kafka could not be asked. */
  readonly kafkaError: string | undefined
  /** Why it does not let us in, when that is the reason. */
  readonly kafkaRefusal?: string | undefined
  readonly registry:
    | {
        readonly url: string
        readonly error: string | undefined
        readonly status: number | undefined
        /** Why it does not let us in, when that is the reason. */
        readonly refusal?: string | undefined
      }
    | undefined
  readonly services: readonly ServiceFacts[]
  readonly lags: readonly EndpointLag[]
  /** Where acknowledged messages have fewer copies than they could have. */
  readonly weakDurability: WeakDurability | undefined
}

/** The sentence of the refusal says what to check. */
const serversLetIn: Check<BusFacts> = ({ kafkaRefusal, registry }) =>
  [
    { code: 'KAFKA_LOGIN' as const, what: kafkaRefusal },
    { code: 'REGISTRY_LOGIN' as const, what: registry?.refusal },
  ].flatMap(({ code, what }) =>
    what === undefined ? [] : [{ code, what, wayOut: 'docs/guides/connections.md has all the variables.' }],
  )

const kafkaIsThere: Check<BusFacts> = ({ brokers, kafkaError, kafkaRefusal, advertised }) => {
  if (kafkaRefusal !== undefined) return []
  if (kafkaError === undefined || advertised.some(({ error }) => error !== undefined)) return []
  const [first] = brokers
  const isAway = brokers.every(({ error }) => error !== undefined)
  return [
    {
      code: 'KAFKA_UNREACHABLE',
      what: isAway
        ? `Kafka is not reached: ${brokers.map(({ address, error }) => `${address} (${error})`).join(', ')}.`
        : `Somebody listens at ${first?.address}, and does not answer as Kafka does: ${kafkaError}`,
      wayOut: 'npm start starts one. For another, set KAFKA_BROKERS to host:port of it.',
    },
  ]
}

const advertisedAddressesWork: Check<BusFacts> = ({ brokers, advertised }) =>
  advertised.flatMap(({ address, error }): Finding[] =>
    error === undefined
      ? []
      : [
          {
            code: 'KAFKA_ADDRESS_UNUSABLE',
            what: `Kafka at ${brokers.map((broker) => broker.address).join(', ')} says that it is reached at ${address}, and from here it is not: ${error}.`,
            wayOut: `Set advertised.listeners of that broker to an address that is known here. Inside of a cluster, ask there: petrel doctor -n <namespace>.`,
          },
        ],
  )

const registryAnswers: Check<BusFacts> = ({ registry }) => {
  if (registry === undefined || registry.refusal !== undefined) return []
  const { url, error, status } = registry
  if (error !== undefined)
    return [
      {
        code: 'REGISTRY_UNREACHABLE',
        what: `The schema registry is not reached at ${url}: ${error}.`,
        wayOut: 'npm start starts one. For another, set SCHEMA_REGISTRY_URL.',
      },
    ]
  if (status === 200) return []
  return [
    {
      code: 'REGISTRY_WRONG_PATH',
      what: `${url}/subjects answers with status ${status}, which no schema registry does.`,
      wayOut: "Set SCHEMA_REGISTRY_URL to where the API begins. Apicurio's ends with /apis/ccompat/v7, Confluent's has no path.",
    },
  ]
}

const isDeployed: Check<BusFacts> = ({ services }) =>
  services.flatMap(({ notDeployed }): Finding[] =>
    notDeployed === undefined
      ? []
      : [
          {
            code: 'NOT_DEPLOYED',
            what: notDeployed.replace(/ Run: .*$/, ''),
            wayOut: /Run: (.*)$/.exec(notDeployed)?.[1] ?? 'petrel deploy',
          },
        ],
  )

const partitionsAgree: Check<BusFacts> = ({ services }) =>
  services.flatMap(({ partitionsDiffer: text }): Finding[] => {
    if (text === undefined) return []
    const end = text.indexOf('. ') + 1
    return [{ code: 'PARTITIONS_DIFFER', what: text.slice(0, end), wayOut: text.slice(end + 1) }]
  })

/** PostgreSQL's states for who may not come in, and for a database that is not there. */
const refusals = new Set(['28P01', '28000', '42501', '3D000'])

/** With one broker there is no other way. */
const copiesAreEnough: Check<BusFacts> = ({ weakDurability }) =>
  weakDurability === undefined || weakDurability.brokers === 1
    ? []
    : [{ code: 'ONE_COPY', what: weakDurability.what, wayOut: weakDurability.wayOut }]

const databaseLetsIn: Check<BusFacts> = ({ services }) =>
  services.flatMap(({ name, database }): Finding[] => {
    if (database === undefined) return []
    const { code, message } = database
    return refusals.has(code)
      ? [
          {
            code: 'DATABASE_LOGIN',
            what: `The database of ${name} does not let it in: ${message}.`,
            wayOut: `Correct user, password and database in DATABASE_URL. With DATABASE_ADMIN_URL, petrel deploy ${name} makes them as DATABASE_URL says.`,
          },
        ]
      : [
          {
            code: 'DATABASE_UNREACHABLE',
            what: `The database of ${name} is not reached: ${message}.`,
            wayOut: 'npm start starts one. For another, set DATABASE_URL to where it runs.',
          },
        ]
  })

const isMigrated: Check<BusFacts> = ({ services }) =>
  services.flatMap(({ name, pendingMigrations }): Finding[] =>
    pendingMigrations.length === 0
      ? []
      : [
          {
            code: 'MIGRATIONS_PENDING',
            what: `The database of ${name} has not had ${pendingMigrations.join(', ')} yet.`,
            wayOut: `petrel deploy ${name}`,
          },
        ],
  )

const somebodyReads: Check<Pick<BusFacts, 'lags'>> = ({ lags }) =>
  lags.flatMap(({ endpoint, main }): Finding[] =>
    main.lag === 0 || main.members > 0
      ? []
      : [
          {
            code: 'NOBODY_READS',
            what: `${main.lag} ${main.lag === 1 ? 'message waits' : 'messages wait'} for ${endpoint}, and none of it runs.`,
            wayOut: `Start it. If it was given up for good, petrel remove ${endpoint} ends the waiting.`,
          },
        ],
  )

const nobodyWaits: Check<Pick<BusFacts, 'lags'>> = ({ lags }) =>
  lags.flatMap(({ endpoint, deadLetters }): Finding[] =>
    deadLetters === 0
      ? []
      : [
          {
            code: 'DEAD_LETTERS',
            what: `${deadLetters} ${deadLetters === 1 ? 'message' : 'messages'} of ${endpoint} ${deadLetters === 1 ? 'waits' : 'wait'} for a person.`,
            wayOut: `petrel failures --endpoint ${endpoint} says why; when the cause is mended, petrel replay ${endpoint}.`,
          },
        ],
  )

/** What Kafka alone knows; it can be asked in a cluster, too. */
export const lagChecks: readonly Check<Pick<BusFacts, 'lags'>>[] = [somebodyReads, nobodyWaits]

export const busChecks: readonly Check<BusFacts>[] = [
  serversLetIn,
  kafkaIsThere,
  advertisedAddressesWork,
  registryAnswers,
  isDeployed,
  partitionsAgree,
  copiesAreEnough,
  databaseLetsIn,
  isMigrated,
  ...lagChecks,
]
