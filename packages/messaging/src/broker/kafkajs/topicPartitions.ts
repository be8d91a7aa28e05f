import type { Position, TopicPartition } from '../port.ts'

// kafkajs groups partitions by topic, in several ways.

export const kafkajsPartition = ({ topic, partition }: TopicPartition) => ({ topic, partitions: [partition] })

export function kafkajsOffsets(positions: readonly Position[]) {
  const topics = Map.groupBy(positions, ({ topic }) => topic)
  return [...topics].map(([topic, those]) => ({
    topic,
    partitions: those.map(({ partition, offset }) => ({ partition, offset: offset.toString() })),
  }))
}

export const topicPartitions = (assignment: Readonly<Record<string, number[]>>): TopicPartition[] =>
  Object.entries(assignment).flatMap(([topic, numbers]) => numbers.map((partition) => ({ topic, partition })))
