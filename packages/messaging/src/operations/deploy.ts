import { auditSchema } from '../audit/schema.ts'
import { type BrokerAdmin, GroupIsRunning, type Position } from '../broker/port.ts'
import type { Database } from '../connections/databaseSettings.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import type { Registry } from '../registry/port.ts'
import { partitionKey } from '../broker/commits.ts'
import { withDatabaseClient } from '../store/postgres/databasePool.ts'
import { migrate, petrelMigrations } from '../store/postgres/migrate.ts'
import { refuseMissingOwners, refusePartitionCountMismatch, withoutPosition } from './checkDeployed.ts'
import type { Infrastructure } from './infrastructure.ts'
import { NotMigrated } from './notDeployed.ts'
import { type GroupPlan, type Plan, plan } from './plan.ts'
import { storedPositions } from './storedPositions.ts'

/** An endpoint, and the database that its service owns. */
export interface Deployment {
  readonly endpoint: Endpoint
  readonly database?: {
    /** A URL with everything in it, or what was read from an environment. */
    readonly url: Database
    /** Makes it, where that is for this deployment to do. Called last of all, so that what is refused leaves no database. */
    readonly make?: (() => Promise<void>) | undefined
    /** Folder of the service's own migrations, run after those of Petrel's own tables. */
    readonly migrations?: string | undefined
  }
}

/** What was not there before; all empty when everything was. */
export interface DeployReport {
  readonly topics: readonly string[]
  readonly subjects: readonly string[]
  readonly migrations: readonly { readonly endpoint: string; readonly name: string }[]
  /** Where groups begin that had no position yet. */
  readonly positions: readonly { readonly group: string; readonly topic: string; readonly partitions: number }[]
}

type DeployTarget = Pick<Infrastructure, 'admin' | 'registry' | 'prefix'>

/** {@link deployAll} for one endpoint. */
export const deploy = (deployment: Deployment, infrastructure: DeployTarget): Promise<DeployReport> =>
  deployAll([deployment], infrastructure)

/**
 * Makes everything that the endpoints need: topics, schemas, tables, and where new groups begin. What is there already
 * is left as it is, so that it can run before every start, and again after it was interrupted.
 * The topics of all come first: endpoints that subscribe to each other go together, in any order.
 * @throws PartitionCountMismatch when a topic exists with another number of partitions; then nothing was made
 * @throws NotDeployed when an endpoint subscribes to a topic whose owner was never deployed; its own topics and schemas are
 *   then there, since the owner may wait for these, and no database
 * @throws NotMigrated when a database is away, or refuses a migration
 * @throws GroupIsRunning when a group that is to begin with the latest record of a topic that was there before runs already
 * @throws IncompatibleSchema, RegistryUnavailable, BrokerUnavailable
 */
export async function deployAll(
  deployments: readonly Deployment[],
  { admin, registry, prefix }: DeployTarget,
): Promise<DeployReport> {
  const plans = deployments.map(({ endpoint }) => plan(endpoint, prefix))
  for (const each of plans) await refusePartitionCountMismatch(each, admin)
  const topics = await admin.createTopics(plans.flatMap((each) => each.topics))
  const subjects = await flat(plans, (each) => registerSchemas(each, registry))
  for (const each of plans) await refuseMissingOwners(each, admin)
  const migrations = await flat(deployments, migrateDatabase)
  const groups = deployments.flatMap(({ database }, index) => (plans[index]?.groups ?? []).map((group) => ({ group, database })))
  const made = new Set(topics)
  const positions = await flat(groups, ({ group, database }) => commitFirstPositions(group, { admin, database, made }))
  return { topics, subjects, migrations, positions }
}

async function registerSchemas({ owns, audit }: Plan, registry: Registry): Promise<string[]> {
  const own = owns.map(({ subject, type }) => ({ subject, schema: type.schema }))
  return flat([...own, { subject: audit.subject, schema: auditSchema }], async ({ subject, schema }) => {
    if ((await registry.idOf(subject, schema)) !== undefined) return []
    await registry.register(subject, schema)
    return [subject]
  })
}

async function migrateDatabase({ endpoint, database }: Deployment): Promise<DeployReport['migrations']> {
  if (database === undefined) return []
  await database.make?.()
  const own = database.migrations === undefined ? [] : [{ namespace: endpoint.name, path: database.migrations }]
  try {
    const names = await migrate(database.url, [petrelMigrations, ...own])
    return names.map((name) => ({ endpoint: endpoint.name, name }))
  } catch (error) {
    throw new NotMigrated(endpoint.name, error)
  }
}

interface Ground {
  readonly admin: BrokerAdmin
  readonly database: Deployment['database']
  /** Topics that were made a moment ago. */
  readonly made: ReadonlySet<string>
}

/**
 * Only partitions without a position get one, so a subscription added later also begins where its endpoint defines. Partitions that
 * a topic was given since it is read begin with their first record, and so do topics that were just made: what is in them is new.
 * Kafka refuses while the old version runs: no harm where the beginning is the earliest record, since a group without a
 * position begins there by itself. A group that was away for so long that Kafka has forgotten its position goes on where its
 * database says that it was.
 */
async function commitFirstPositions(plan: GroupPlan, { admin, database, made }: Ground): Promise<DeployReport['positions']> {
  const { group, from } = plan
  const missing = Map.groupBy(await withoutPosition(plan, admin), ({ topic }) => topic)
  const stored =
    missing.size > 0 && database !== undefined ? await storedIn(database.url, group, admin) : new Map<string, Position>()
  const isRead = (topic: string) => made.has(topic) || [...stored.values()].some((position) => position.topic === topic)
  const unread = new Set(
    [...missing].filter(([topic, gaps]) => !isRead(topic) && !gaps.some(({ isAdded }) => isAdded)).map(([topic]) => topic),
  )
  const first = await flat([...missing], async ([topic, gaps]): Promise<Position[]> => {
    const ends = (await admin.offsets(topic)).filter((end) => gaps.some(({ partition }) => partition === end.partition))
    return ends.map(({ partition, earliest, [from]: first }) => {
      const { offset = unread.has(topic) ? first : earliest } = stored.get(partitionKey({ topic, partition })) ?? {}
      return { topic, partition, offset }
    })
  })
  try {
    if (first.length > 0) await admin.commit(group, first)
  } catch (error) {
    const beginsByItself = from === 'earliest' || unread.size === 0
    if (error instanceof GroupIsRunning && beginsByItself) return []
    throw error
  }
  return [...missing].map(([topic, gaps]) => ({ group, topic, partitions: gaps.length }))
}

/** @throws NotMigrated's reasons, as they are */
const storedIn = (url: Database, group: string, admin: BrokerAdmin): Promise<ReadonlyMap<string, Position>> =>
  withDatabaseClient(url, { application_name: 'petrel deploy', connectionTimeoutMillis: 10_000 }, (client) =>
    storedPositions(client, group, admin),
  )

/** One after the other: a deployment is rare, and its errors should name the first thing that is wrong. */
async function flat<T, R>(items: readonly T[], make: (item: T) => Promise<readonly R[]>): Promise<R[]> {
  const made: R[] = []
  for (const item of items) made.push(...(await make(item)))
  return made
}
