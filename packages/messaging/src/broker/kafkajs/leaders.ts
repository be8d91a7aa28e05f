import { leaderlessOf } from './leaderless.ts'

/** What kafkajs knows of a partition. */
export interface PartitionMetadata {
  readonly partitionId: number
  /** -1: none of the brokers that have copies is there. */
  readonly leader: number | null
}

/** The part of kafkajs's consumer group that finds the node for each partition. */
export interface FindsNodes {
  readonly cluster: { findTopicPartitionMetadata(topic: string): readonly PartitionMetadata[] }
  /** By topic and partition. */
  readonly preferredReadReplicasPerTopicPartition: Readonly<Record<string, object | undefined>>
  findReadReplicaForPartitions: (this: FindsNodes, topic: string, partitions: readonly number[]) => PartitionsByNode
}

type PartitionsByNode = Record<number, number[]>

/**
 * Before each fetch kafkajs finds the node of each partition, and copies what it has found for each. Where no broker has named a
 * replica to read from, the nodes are the leaders. A partition without leader is read from nobody. Can go with kafkajs.
 */
export function findLeadersAtOnce(prototype: FindsNodes): void {
  const find = prototype.findReadReplicaForPartitions
  prototype.findReadReplicaForPartitions = function (this: FindsNodes, topic, partitions) {
    const metadata = this.cluster.findTopicPartitionMetadata(topic)
    const leaderless = leaderlessOf(metadata)
    const led = leaderless.size === 0 ? partitions : partitions.filter((partition) => !leaderless.has(partition))
    const preferred = this.preferredReadReplicasPerTopicPartition[topic] ?? {}
    const isPlain = Object.keys(preferred).length === 0
    const found = isPlain ? byLeader(metadata, led) : undefined
    return found ?? find.call(this, topic, led)
  }
}

/** @returns undefined when one is not known, of which kafkajs has more to say */
function byLeader(metadata: readonly PartitionMetadata[], partitions: readonly number[]): PartitionsByNode | undefined {
  const leaders = new Map(metadata.map(({ partitionId, leader }) => [partitionId, leader]))
  const found: PartitionsByNode = {}
  for (const partition of partitions) {
    const leader = leaders.get(partition) ?? undefined
    if (leader === undefined) return undefined
    const ofLeader = (found[leader] ??= [])
    ofLeader.push(partition)
  }
  return found
}
