import { setTimeout as delay } from 'node:timers/promises'
import type { Admin, Cluster } from 'kafkajs'
import { type BrokerAdmin, GroupIsRunning, type Position, type TopicSpec } from '../port.ts'
import { clusterOf, withClient } from './cluster.ts'
import { brokerSaid } from './errors.ts'
import { readTopic } from './readTopic.ts'
import type { KafkajsSettings } from './settings.ts'

/** kafkajs's admin, without what it does badly: `setOffsets` joins the group and reads from it; one missing topic fails a whole answer. */
export function kafkajsAdmin(settings: KafkajsSettings): BrokerAdmin {
  const withAdmin = <T>(what: string, work: (admin: Admin) => Promise<T>) =>
    withClient(settings, what, async ({ kafka }) => {
      const admin = kafka.admin()
      await admin.connect()
      return settling(() => work(admin))
    })
  const withCluster = <T>(what: string, work: (cluster: Cluster) => Promise<T>) =>
    withClient(settings, what, async (client) => {
      const cluster = clusterOf(client)
      await cluster.connect()
      return work(cluster)
    })

  return {
    topics: () => withAdmin('Could not list the topics', (admin) => admin.listTopics()),
    partitions: (topics) => withAdmin('Could not look up topics', (admin) => partitions(admin, topics)),
    createTopics: (specs) => withAdmin('Could not create topics', (admin) => createTopics(admin, specs)),
    deleteTopics: (topics) => withAdmin('Could not delete topics', (admin) => deleteTopics(admin, topics)),
    offsets: (topic) => withAdmin(`Could not read the offsets of ${topic}`, (admin) => offsets(admin, topic)),
    committed: (group, topics) =>
      withAdmin(`Could not read the positions of ${group}`, (admin) => committed(admin, group, topics)),
    commit: (group, positions) =>
      withCluster(`Could not set positions of ${group}`, (cluster) => commit(cluster, group, positions)),
    read: (topic, options) => readTopic(settings, topic, options?.from ?? []),
  }
}

const existing = async (admin: Admin, topics: readonly string[]): Promise<string[]> => {
  const all = new Set(await admin.listTopics())
  return topics.filter((topic) => all.has(topic))
}

async function partitions(admin: Admin, wanted: readonly string[]): Promise<Map<string, number>> {
  const topics = await existing(admin, wanted)
  if (topics.length === 0) return new Map()
  const metadata = await admin.fetchTopicMetadata({ topics })
  return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]))
}

async function createTopics(admin: Admin, specs: readonly TopicSpec[]): Promise<string[]> {
  const there = new Set(
    await existing(
      admin,
      specs.map(({ topic }) => topic),
    ),
  )
  const missing = specs.filter(({ topic }) => !there.has(topic))
  if (missing.length === 0) return []
  await admin.createTopics({
    topics: missing.map(({ topic, partitions, config }) => ({
      topic,
      numPartitions: partitions,
      configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
    })),
  })
  // Known to all is not yet served: only then do producers not meet a broker that does not know of its leadership.
  for (const { topic } of missing) await settling(() => admin.fetchTopicOffsets(topic))
  return missing.map(({ topic }) => topic)
}

async function deleteTopics(admin: Admin, topics: readonly string[]): Promise<void> {
  const there = await existing(admin, topics)
  if (there.length > 0) await admin.deleteTopics({ topics: there })
}

async function offsets(admin: Admin, topic: string) {
  const partitions = await admin.fetchTopicOffsets(topic)
  return partitions
    .map(({ partition, low, high }) => ({ partition, earliest: BigInt(low), latest: BigInt(high) }))
    .toSorted((a, b) => a.partition - b.partition)
}

async function committed(admin: Admin, group: string, wanted: readonly string[]): Promise<Position[]> {
  const topics = await existing(admin, wanted)
  if (topics.length === 0) return []
  const answer = await admin.fetchOffsets({ groupId: group, topics })
  return answer
    .flatMap(({ topic, partitions }) => partitions.map(({ partition, offset }) => ({ topic, partition, offset: BigInt(offset) })))
    .filter(({ offset }) => offset >= 0n)
}

/** As a client that is no member of the group, which Kafka allows while the group is empty. */
async function commit(cluster: Cluster, group: string, positions: readonly Position[]): Promise<void> {
  if (positions.length === 0) return
  const topics = Map.groupBy(positions, ({ topic }) => topic)
  const coordinator = await cluster.findGroupCoordinator({ groupId: group })
  const request = {
    groupId: group,
    groupGenerationId: -1,
    memberId: '',
    topics: [...topics].map(([topic, of]) => ({
      topic,
      partitions: of.map(({ partition, offset }) => ({ partition, offset: offset.toString() })),
    })),
  }
  await coordinator.offsetCommit(request).catch((error: unknown) => {
    if (brokerSaid(error) !== 'UNKNOWN_MEMBER_ID') throw error
    throw new GroupIsRunning(group, { cause: error })
  })
}

const PASSING = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'NOT_CONTROLLER',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
])

const isPassing = (error: unknown): boolean =>
  // kafkajs's own name, without a code, for a coordinator that no broker knows of yet.
  PASSING.has(brokerSaid(error) ?? '') || (error instanceof Error && error.name === 'KafkaJSGroupCoordinatorNotFound')

/** A topic just made or just deleted is seen differently by different brokers for a moment, and so is a group's coordinator. */
async function settling<T>(work: () => Promise<T>, tries = 50): Promise<T> {
  for (let left = tries; ; left -= 1) {
    try {
      return await work()
    } catch (error) {
      if (left === 0 || !isPassing(error)) throw error
      await delay(100)
    }
  }
}
