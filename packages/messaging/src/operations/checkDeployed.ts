import type { BrokerAdmin, TopicPartition } from '../broker/port.ts'
import type { Pool } from 'pg'
import type { Endpoint } from '../definition/endpoint.ts'
import type { Registry } from '../registry/port.ts'
import { pendingMigrations, petrelMigrations } from '../store/postgres/migrate.ts'
import type { Infrastructure } from './infrastructure.ts'
import { type Missing, NotDeployed, PartitionCountMismatch } from './notDeployed.ts'
import { type GroupPlan, type MessagePlan, type Plan, plan } from './plan.ts'
import { storedPositions } from './storedPositions.ts'

interface Deployed extends Pick<Infrastructure, 'admin' | 'registry' | 'prefix'> {
  readonly database?: Pool
  /** Told of a topic that was given partitions. Without it, that is refused as any other number is. */
  readonly onMorePartitions?: (mismatch: PartitionCountMismatch) => void
}

/**
 * Whether all that `deploy` makes and the endpoint needs is there; asked before it starts. It runs without its audit, too: a
 * new version may start before the deployment that makes it. With the service's database, that
 * Petrel's tables are in it, too.
 * @throws NotDeployed, PartitionCountMismatch, RegistryUnavailable, BrokerUnavailable; pg's errors when the database is away
 */
export async function checkDeployed(
  endpoint: Endpoint,
  { admin, registry, prefix, database, onMorePartitions }: Deployed,
): Promise<void> {
  const planned = withoutAudit(plan(endpoint, prefix))
  await refusePartitionCountMismatch(planned, admin, onMorePartitions)
  const own = planned.topics.map(({ topic }) => ({ topic, owner: endpoint.name }))
  const topics = await missingTopics([...own, ...ownersOf([...planned.subscribes, ...planned.produces])], admin)
  const schemas = await missingSchemas([...planned.owns, ...planned.produces], registry)
  const migrations = database === undefined ? [] : await pendingMigrations(database, [petrelMigrations])
  // Without its topics a group has no positions either: one sentence is enough for both.
  const positions = topics.length > 0 ? [] : await missingPositions(planned, admin, migrations.length > 0 ? undefined : database)
  const tables = migrations.map((name) => ({ what: `migration ${name}`, owner: endpoint.name }))
  const missing = [...topics, ...schemas, ...positions, ...tables]
  if (missing.length > 0) throw new NotDeployed(endpoint.name, missing)
}

const withoutAudit = (planned: Plan): Plan => ({
  ...planned,
  topics: planned.topics.filter(({ topic }) => topic !== planned.audit.topic),
})

/** @throws NotDeployed when an endpoint subscribes to a topic that does not exist */
export async function refuseMissingOwners({ endpoint, subscribes }: Plan, admin: BrokerAdmin): Promise<void> {
  const missing = await missingTopics(ownersOf(subscribes), admin)
  if (missing.length > 0) throw new NotDeployed(endpoint, missing)
}

/** @throws PartitionCountMismatch when one of its topics exists with another number of partitions */
export async function refusePartitionCountMismatch(
  { endpoint, topics }: Plan,
  admin: BrokerAdmin,
  onMore?: Deployed['onMorePartitions'],
): Promise<void> {
  const existing = await admin.partitions(topics.map(({ topic }) => topic))
  for (const { topic, partitions } of topics) {
    const found = existing.get(topic)
    if (found === undefined || found === partitions) continue
    const mismatch = new PartitionCountMismatch(endpoint, topic, found, partitions)
    if (!mismatch.hasMore || onMore === undefined) throw mismatch
    onMore(mismatch)
  }
}

/** Which partitions a group has no position in. Where it has one in others of the topic, they are partitions that the topic was given since. */
export async function withoutPosition({ group, topics }: GroupPlan, admin: BrokerAdmin): Promise<Gap[]> {
  const [partitions, positions] = await Promise.all([admin.partitions(topics), admin.committed(group, topics)])
  const has = new Set(positions.map(({ topic, partition }) => `${topic}/${partition}`))
  const numbers = (topic: string) => Array.from({ length: partitions.get(topic) ?? 0 }, (_, partition) => partition)
  const known = new Set(positions.map(({ topic }) => topic))
  const all = topics.flatMap((topic) => numbers(topic).map((partition) => ({ topic, partition, isAdded: known.has(topic) })))
  return all.filter(({ topic, partition }) => !has.has(`${topic}/${partition}`))
}

interface Gap extends TopicPartition {
  /** What is in such a partition has come since: it is read from its beginning, wherever the group began. */
  readonly isAdded: boolean
}

interface OwnedTopic {
  readonly topic: string
  readonly owner: string
}

const ownersOf = (messages: readonly MessagePlan[]): OwnedTopic[] =>
  messages.map(({ topic, type }) => ({ topic, owner: type.owner }))

async function missingTopics(wanted: readonly OwnedTopic[], admin: BrokerAdmin): Promise<Missing[]> {
  const owners = new Map(wanted.map(({ topic, owner }) => [topic, owner]))
  const existing = await admin.partitions([...owners.keys()])
  return [...owners].filter(([topic]) => !existing.has(topic)).map(([topic, owner]) => ({ what: `topic ${topic}`, owner }))
}

async function missingSchemas(messages: readonly MessagePlan[], registry: Registry): Promise<Missing[]> {
  const wanted = [...new Map(messages.map((message) => [message.subject, message])).values()]
  const ids = await Promise.all(wanted.map(({ subject, type }) => registry.idOf(subject, type.schema)))
  return wanted
    .filter((_, index) => ids[index] === undefined)
    .map(({ subject, type }) => ({ what: `schema ${subject}`, owner: type.owner }))
}

/**
 * A group without a position begins with the earliest record: wrong only for one that wants the latest. It has one as long as
 * its database knows one.
 */
async function missingPositions({ endpoint, groups }: Plan, admin: BrokerAdmin, database: Pool | undefined): Promise<Missing[]> {
  const wanted = groups.filter(({ from }) => from === 'latest')
  const gaps = await Promise.all(
    wanted.map(async (group) => {
      const missing = (await withoutPosition(group, admin)).filter(({ isAdded }) => !isAdded)
      if (missing.length === 0 || database === undefined) return missing
      const stored = await storedPositions(database, group.group, admin)
      const known = new Set([...stored.values()].map(({ topic }) => topic))
      return missing.filter(({ topic }) => !known.has(topic))
    }),
  )
  return wanted
    .filter((_, index) => gaps[index]?.length !== 0)
    .map(({ group }) => ({ what: `the first position of group ${group}`, owner: endpoint }))
}
