import { AssignerProtocol, type Broker as KafkaNode, type Cluster, type GroupMember, type PartitionAssigner } from 'kafkajs'
import type { Log } from '../../log.ts'
import { assignment, type GroupMembership } from '../assignment.ts'
import type { TopicPartition } from '../port.ts'
import { brokerErrorCode } from './errors.ts'
import { settling } from './settling.ts'

const { MemberAssignment, MemberMetadata } = AssignerProtocol
const VERSION = 1
const NOTHING = Buffer.alloc(0)
/** Members of one group must have the name in common, also with those of earlier versions. */
const NAME = 'petrel-lanes'

/**
 * Assigns with `assignment`.
 * @param created receives the consumer's cluster, which kafkajs gives to assigners only
 * @param lanes numbers of the partitions that the member has now: it tells them when it joins, and keeps them if it may
 */
export function assigner(log: Log, created: (cluster: Cluster) => void, lanes: () => ReadonlySet<number>): PartitionAssigner {
  return ({ cluster }) => {
    created(cluster)
    return {
      name: NAME,
      version: VERSION,
      protocol: ({ topics }) => ({
        name: NAME,
        metadata: MemberMetadata.encode({ version: VERSION, topics, userData: Buffer.from([...lanes()].join()) }),
      }),
      assign: async ({ members, topics }) => {
        const subscribed = members.map(present)
        const assigned = assignment(subscribed, await partitionCounts(cluster, log, topics, subscribed))
        return [...assigned].map(([memberId, partitions]) => ({ memberId, memberAssignment: encoded(partitions) }))
      },
    }
  }
}

/** Earlier versions did not tell their lanes. */
function present({ memberId, memberMetadata }: GroupMember): GroupMembership {
  const { topics = [], userData = NOTHING } = MemberMetadata.decode(memberMetadata) ?? {}
  return { id: memberId, topics, lanes: userData.length === 0 ? [] : userData.toString().split(',').map(Number) }
}

/** kafkajs has looked up the leader's own topics. During a roll-out others subscribe to topics that the leader does not know. */
async function partitionCounts(cluster: Cluster, log: Log, own: readonly string[], members: readonly GroupMembership[]) {
  const counts = new Map(own.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]))
  for (const topic of new Set(members.flatMap(({ topics }) => topics)))
    if (!counts.has(topic)) counts.set(topic, await lookUp(cluster, log, topic))
  return counts
}

const UNUSABLE = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED', 'INVALID_TOPIC_EXCEPTION'])

/** Not through the cluster's own metadata: it would look the topic up from now on, and fail for ever once it is deleted. */
async function lookUp(cluster: Cluster, log: Log, topic: string): Promise<number> {
  const controller = await cluster.findControllerBroker()
  try {
    return await settling(() => partitionsOf(controller, topic), 10)
  } catch (error) {
    if (!UNUSABLE.has(brokerErrorCode(error) ?? '')) throw error
    log.warn({ err: error, topic }, `Topic ${topic} is given to no member of the group: its leader cannot look it up`)
    return 0
  }
}

/** A consumer is told of a topic that is not there that it has no partitions: see absentTopics.ts. */
async function partitionsOf(node: KafkaNode, topic: string): Promise<number> {
  const { topicMetadata } = await node.metadata([topic])
  const count = topicMetadata[0]?.partitionMetadata.length ?? 0
  if (count === 0) throw Object.assign(new Error(`Topic ${topic} is not there`), { type: 'UNKNOWN_TOPIC_OR_PARTITION' })
  return count
}

function encoded(partitions: readonly TopicPartition[]): Buffer {
  const byTopic = Map.groupBy(partitions, ({ topic }) => topic)
  const numbers = [...byTopic].map(([topic, those]) => [topic, those.map(({ partition }) => partition)] as const)
  return MemberAssignment.encode({ version: VERSION, assignment: Object.fromEntries(numbers), userData: NOTHING })
}
