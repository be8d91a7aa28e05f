import type { Cluster } from 'kafkajs'
import type { TopicPartition } from '../port.ts'
import { errorOfCode } from './errors.ts'
import type { PartitionMetadata } from './leaders.ts'
import type { AnswerModule } from './refusedTopics.ts'

/** LEADER_NOT_AVAILABLE and LISTENER_NOT_FOUND (https://kafka.apache.org/protocol#protocol_error_codes): Kafka then says -1 in place of a leader. */
const notAvailable = 5
const withoutLeader = new Set([notAvailable, 72])

interface Metadata {
  readonly topicMetadata: readonly {
    readonly partitionMetadata: readonly (PartitionMetadata & { readonly partitionErrorCode: number })[]
  }[]
}

/** Whether there is a broker to ask about it. */
export const isLed = ({ leader }: PartitionMetadata): boolean => leader !== -1

/**
 * While all brokers that have copies of a partition are away it has no leader. kafkajs then throws away what was answered about
 * all partitions of all topics; {@link failWhereLeaderless} fails those who need this one. Can go with kafkajs.
 */
export function keepingLeaderless(original: unknown): AnswerModule {
  const module = original as AnswerModule
  return {
    ...module,
    parse: (answer) => {
      const { topicMetadata } = answer as Metadata
      const topics = topicMetadata.map((topic) => ({
        ...topic,
        partitionMetadata: topic.partitionMetadata.map((partition) =>
          withoutLeader.has(partition.partitionErrorCode) ? { ...partition, partitionErrorCode: 0, leader: -1 } : partition,
        ),
      }))
      return module.parse({ ...answer, topicMetadata: topics })
    },
  }
}

/** The part of kafkajs's cluster that finds out whom to ask. */
export interface FindsLeaders {
  findLeaderForPartitions: (this: FindsLeaders, topic: string, partitions: readonly number[]) => Record<string, number[]>
}

/** It would look for a broker with the number -1. */
export function failWhereLeaderless(prototype: FindsLeaders): void {
  const find = prototype.findLeaderForPartitions
  prototype.findLeaderForPartitions = function (this: FindsLeaders, topic, partitions) {
    const found = find.call(this, topic, partitions)
    if (found['-1'] === undefined) return found
    throw errorOfCode(notAvailable)
  }
}

type KnowsOffsets = Pick<Cluster, 'fetchTopicsOffset' | 'findTopicPartitionMetadata'>

/**
 * A consumer that joins asks where its partitions begin; where nobody can tell, it would not join. What is passed over is not
 * fetched until it joins again.
 * @param cluster the consumer's own
 */
export function passOverLeaderless(cluster: KnowsOffsets, passedOver: (partition: TopicPartition) => void): void {
  const fetchOffsets = cluster.fetchTopicsOffset.bind(cluster)
  cluster.fetchTopicsOffset = async (topics) => {
    const asked = topics.map((each) => {
      const leaderless = leaderlessOf(cluster.findTopicPartitionMetadata(each.topic))
      for (const { partition } of each.partitions) if (leaderless.has(partition)) passedOver({ topic: each.topic, partition })
      return { ...each, partitions: each.partitions.filter(({ partition }) => !leaderless.has(partition)) }
    })
    const found = await fetchOffsets(asked)
    return topics.map(({ topic }) => found.find((each) => each.topic === topic) ?? { topic, partitions: [] })
  }
}

/** Their numbers. */
export const leaderlessOf = (metadata: readonly PartitionMetadata[]): ReadonlySet<number> =>
  new Set(metadata.filter((partition) => !isLed(partition)).map(({ partitionId }) => partitionId))
