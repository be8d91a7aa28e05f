import kafkajs, { type Admin, type Cluster } from 'kafkajs'
import { type ClusterDurability, type Durability, durabilityWith } from '../durability.ts'
import { type BrokerAdmin, GroupIsRunning, type Position, type TopicSpec } from '../port.ts'
import { clusterOf, withClient } from './cluster.ts'
import { brokerErrorCode } from './errors.ts'
import { overview } from './overview.ts'
import { firstRecordAt, readTopic } from './readTopic.ts'
import type { ClientSettings } from './settings.ts'
import { settling } from './settling.ts'
import { topicIds } from './topicIds.ts'

/** kafkajs's admin, with two faults mended: its `setOffsets` joins the group and reads from it, and one missing topic fails a whole answer. */
export function kafkajsAdmin(settings: ClientSettings): BrokerAdmin {
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
      return settling(() => work(cluster))
    })

  return {
    addresses: () => withAdmin('Could not list the brokers', addresses),
    topics: () => withAdmin('Could not list the topics', (admin) => admin.listTopics()),
    partitions: (topics) => withAdmin('Could not look up topics', (admin) => partitions(admin, topics)),
    isCompacted: (topic) => withAdmin(`Could not look up the settings of ${topic}`, (admin) => isCompacted(admin, topic)),
    maxMessageBytes: (topics) => withAdmin('Could not look up the limits of topics', (admin) => maxMessageBytes(admin, topics)),
    topicIds: (topics) => withCluster('Could not look up the ids of topics', (cluster) => topicIds(cluster, topics)),
    durability: (topics) => withAdmin('Could not look up the copies of topics', (admin) => durability(admin, topics)),
    createTopics: (specs) => withAdmin('Could not create topics', (admin) => createTopics(admin, specs)),
    deleteTopics: (topics) => withAdmin('Could not delete topics', (admin) => deleteTopics(admin, topics)),
    deleteRecords: (before) => withAdmin('Could not delete records', (admin) => deleteRecords(admin, before)),
    offsets: (topic) => withAdmin(`Could not read the offsets of ${topic}`, (admin) => offsets(admin, topic)),
    offsetsSince: (topic, time) =>
      withAdmin(`Could not look up the records of ${topic} since ${new Date(time).toISOString()}`, (admin) =>
        offsetsSince(admin, topic, time),
      ),
    committed: (group, topics) =>
      withAdmin(`Could not read the positions of ${group}`, (admin) => committed(admin, group, topics)),
    commit: (group, positions) =>
      withCluster(`Could not set positions of ${group}`, (cluster) => commit(cluster, group, positions)),
    members: (groups) => withAdmin('Could not look up groups', (admin) => members(admin, groups)),
    deleteGroups: (groups) => withAdmin('Could not delete groups', (admin) => deleteGroups(admin, groups)),
    overview: (prefix) =>
      withClient(settings, 'Could not look at the cluster', async (client) => {
        const [admin, cluster] = [client.kafka.admin(), clusterOf(client)]
        await Promise.all([admin.connect(), cluster.connect()])
        return settling(() => overview(admin, cluster, prefix))
      }),
    appendedAt: (positions) => withCluster('Could not read the oldest records', (cluster) => appendedAt(cluster, positions)),
    read: (topic, options) => readTopic(settings, topic, options?.from ?? []),
  }
}

async function addresses(admin: Admin): Promise<string[]> {
  const { brokers } = await admin.describeCluster()
  return brokers.map(({ host, port }) => `${host}:${port}`)
}

const existing = async (admin: Admin, topics: readonly string[]): Promise<string[]> => {
  const all = new Set(await admin.listTopics())
  return topics.filter((topic) => all.has(topic))
}

async function partitions(admin: Admin, wanted: readonly string[]): Promise<Map<string, number>> {
  const topics = await existing(admin, wanted)
  await refuseUnseen(
    admin,
    // kafkajs does not ask for a topic without a name, which a stranger's header may give.
    wanted.filter((topic) => topic !== '' && !topics.includes(topic)),
  )
  if (topics.length === 0) return new Map()
  const metadata = await admin.fetchTopicMetadata({ topics })
  return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]))
}

/** The list of all topics leaves out those that we may not see, and they are no reason to deploy anything. @throws when there are such */
async function refuseUnseen(admin: Admin, topics: string[]): Promise<void> {
  if (topics.length === 0) return
  await admin.fetchTopicMetadata({ topics }).catch((error: unknown) => {
    if ([undefined, 'TOPIC_AUTHORIZATION_FAILED'].includes(brokerErrorCode(error))) throw error
  })
}

const maxMessageBytes = async (admin: Admin, wanted: readonly string[]): Promise<Map<string, number>> =>
  setting(admin, await existing(admin, wanted), 'max.message.bytes')

/** One number of each topic's configuration, the broker's own where the topic has none. */
async function setting(admin: Admin, topics: readonly string[], configName: string): Promise<Map<string, number>> {
  if (topics.length === 0) return new Map()
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: [configName] })),
  })
  return new Map(resources.map(({ resourceName, configEntries }) => [resourceName, Number(configEntries[0]?.configValue)]))
}

async function isCompacted(admin: Admin, name: string): Promise<boolean> {
  const topic = { type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: ['cleanup.policy'] }
  try {
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [topic] })
    return resources[0]?.configEntries[0]?.configValue.split(',').includes('compact') ?? false
  } catch (error) {
    if (unknownToUs.has(brokerErrorCode(error) ?? '')) return false
    throw error
  }
}

/** An older user of an endpoint may not ask; and a topic may be deleted meanwhile. */
const unknownToUs = new Set(['TOPIC_AUTHORIZATION_FAILED', 'UNKNOWN_TOPIC_OR_PARTITION'])

async function durability(admin: Admin, wanted: readonly string[]): Promise<ClusterDurability> {
  const [topics, { brokers }] = [await existing(admin, wanted), await admin.describeCluster()]
  if (topics.length === 0) return { brokers: brokers.length, topics: new Map() }
  const { topics: metadata } = await admin.fetchTopicMetadata({ topics })
  const minInSync = await setting(admin, topics, 'min.insync.replicas')
  const found = metadata.map(({ name, partitions }): [string, Durability] => {
    const replicas = Math.min(...partitions.map((partition) => partition.replicas.length))
    return [name, { replicas, minInSync: minInSync.get(name) ?? 1 }]
  })
  return { brokers: brokers.length, topics: new Map(found) }
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
  const { replicas, minInSync } = durabilityWith((await admin.describeCluster()).brokers.length)
  await admin.createTopics({
    topics: missing.map(({ topic, partitions, config }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor: replicas,
      configEntries: Object.entries({ 'min.insync.replicas': String(minInSync), ...config }).map(([name, value]) => ({
        name,
        value,
      })),
    })),
  })
  // A new topic may have no leader yet: wait until every partition answers.
  for (const { topic } of missing) await settling(() => admin.fetchTopicOffsets(topic))
  return missing.map(({ topic }) => topic)
}

async function deleteTopics(admin: Admin, topics: readonly string[]): Promise<void> {
  const there = await existing(admin, topics)
  if (there.length > 0) await admin.deleteTopics({ topics: there })
}

/** kafkajs deletes only in topics that it has looked at, and Kafka refuses a position beyond the end. */
async function deleteRecords(admin: Admin, before: readonly Position[]): Promise<void> {
  for (const [topic, positions] of Map.groupBy(before, (position) => position.topic)) {
    const ends = new Map((await offsets(admin, topic)).map((partition) => [partition.partition, partition]))
    const partitions = positions.flatMap(({ partition, offset }) => {
      const { earliest = offset, latest = offset } = ends.get(partition) ?? {}
      return offset <= earliest ? [] : [{ partition, offset: String(offset < latest ? offset : latest) }]
    })
    if (partitions.length > 0) await admin.deleteTopicRecords({ topic, partitions })
  }
}

async function offsets(admin: Admin, topic: string) {
  const partitions = await admin.fetchTopicOffsets(topic)
  return partitions
    .map(({ partition, low, high }) => ({ partition, earliest: BigInt(low), latest: BigInt(high) }))
    .toSorted((a, b) => a.partition - b.partition)
}

/** kafkajs gives the end where there is no such record. */
async function offsetsSince(admin: Admin, topic: string, time: number): Promise<Position[]> {
  const partitions = await admin.fetchTopicOffsetsByTimestamp(topic, time)
  // kafkajs answers in the order of the brokers.
  return partitions
    .map(({ partition, offset }) => ({ topic, partition, offset: BigInt(offset) }))
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

/** As a client that is no member of the group. Kafka allows it while the group is empty. */
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
    if (brokerErrorCode(error) !== 'UNKNOWN_MEMBER_ID') throw error
    throw new GroupIsRunning(group, { cause: error })
  })
}

async function members(admin: Admin, wanted: readonly string[]): Promise<Map<string, number>> {
  if (wanted.length === 0) return new Map()
  const { groups } = await admin.describeGroups([...wanted])
  return new Map(groups.map(({ groupId, members }) => [groupId, members.length]))
}

/**
 * One after the other, as the broker would answer them: kafkajs opens a socket for each fetch that finds its connection closed, and
 * keeps one.
 */
async function appendedAt(cluster: Cluster, positions: readonly Position[]): Promise<(number | undefined)[]> {
  if (positions.length > 0) await cluster.addMultipleTargetTopics([...new Set(positions.map(({ topic }) => topic))])
  const times: (number | undefined)[] = []
  for (const position of positions) {
    const record = await firstRecordAt(cluster, position)
    times.push(record === undefined ? undefined : Number(record.timestamp))
  }
  return times
}

async function deleteGroups(admin: Admin, wanted: readonly string[]): Promise<string[]> {
  const { groups } = await admin.listGroups()
  const there = wanted.filter((name) => groups.some(({ groupId }) => groupId === name))
  const running = (await admin.describeGroups(there)).groups.find(({ members }) => members.length > 0)
  if (running !== undefined) throw new GroupIsRunning(running.groupId)
  if (there.length > 0) await admin.deleteGroups(there)
  return there
}
