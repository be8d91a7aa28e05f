import type { Admin, Cluster, PartitionMetadata } from 'kafkajs'
import type { GroupOverview, Overview, PartitionOverview, Position, TopicPartition } from '../port.ts'

type Wanted = (name: string) => boolean

/** Everything that there is to see from outside, over the connections of one client: many topics are asked for in one request. */
export async function overview(admin: Admin, cluster: Cluster, prefix: string): Promise<Overview> {
  // Those with two underscores are the broker's own.
  const wanted: Wanted = (name) => name.startsWith(prefix) && !name.startsWith('__')
  const [{ brokers }, topics] = [await admin.describeCluster(), (await admin.listTopics()).filter(wanted)]
  const partitions = await partitionsOf(admin, cluster, topics)
  return { brokers: brokers.length, partitions, groups: await groupsOf(admin, cluster, wanted, partitions) }
}

async function partitionsOf(admin: Admin, cluster: Cluster, topics: string[]): Promise<PartitionOverview[]> {
  if (topics.length === 0) return []
  const metadata = await admin.fetchTopicMetadata({ topics })
  await cluster.addMultipleTargetTopics(topics)
  const [earliest, latest] = [await offsetsOf(cluster, metadata.topics, true), await offsetsOf(cluster, metadata.topics, false)]
  return metadata.topics.flatMap(({ name: topic, partitions }) =>
    partitions.flatMap((partition): PartitionOverview[] => {
      const { partitionId } = partition
      const [first, next] = [earliest.get(`${topic}/${partitionId}`), latest.get(`${topic}/${partitionId}`)]
      if (first === undefined || next === undefined) return []
      const underReplicated = isUnderReplicated(partition)
      return [{ topic, partition: partitionId, earliest: first, latest: next, underReplicated }]
    }),
  )
}

const isUnderReplicated = ({ replicas, isr }: PartitionMetadata) => isr.length < replicas.length

type TopicMetadata = Awaited<ReturnType<Admin['fetchTopicMetadata']>>['topics'][number]

async function offsetsOf(cluster: Cluster, topics: TopicMetadata[], fromBeginning: boolean): Promise<Map<string, bigint>> {
  const asked = topics.map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.map(({ partitionId }) => ({ partition: partitionId })),
    fromBeginning,
  }))
  const answer = await cluster.fetchTopicsOffset(asked)
  return new Map(
    answer.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => [`${topic}/${partition}`, BigInt(offset)] as const),
    ),
  )
}

async function groupsOf(
  admin: Admin,
  cluster: Cluster,
  wanted: Wanted,
  partitions: readonly TopicPartition[],
): Promise<GroupOverview[]> {
  const names = (await admin.listGroups()).groups.map(({ groupId }) => groupId).filter(wanted)
  if (names.length === 0) return []
  const { groups } = await admin.describeGroups(names)
  const members = new Map(groups.map(({ groupId, members: all }) => [groupId, all.length]))
  const asked = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, all]) => ({ topic, partitions: all }))
  return Promise.all(
    names.map(async (group) => ({
      group,
      members: members.get(group) ?? 0,
      positions: await positionsOf(cluster, group, asked),
    })),
  )
}

/** kafkajs's admin asks for the metadata of each topic, for each group. */
async function positionsOf(
  cluster: Cluster,
  groupId: string,
  topics: { topic: string; partitions: TopicPartition[] }[],
): Promise<Position[]> {
  const coordinator = await cluster.findGroupCoordinator({ groupId })
  const { responses } = (await coordinator.offsetFetch({ groupId, topics } as never)) as OffsetAnswer
  return responses
    .flatMap(({ topic, partitions }) => partitions.map(({ partition, offset }) => ({ topic, partition, offset: BigInt(offset) })))
    .filter(({ offset }) => offset >= 0n)
}

interface OffsetAnswer {
  readonly responses: readonly {
    readonly topic: string
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[]
  }[]
}
