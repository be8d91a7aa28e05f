import type { Overview, PartitionOverview, Position } from '@petrel/messaging/operations'

/** How far a group has come in one partition. */
export interface PartitionLag {
  readonly group: string
  readonly topic: string
  readonly partition: number
  /** Where the group goes on. */
  readonly committed: bigint
  /** How many offsets it has before it. What the broker has deleted does not count. */
  readonly lag: number
  /** Where the oldest record that waits is, or comes after. */
  readonly oldest: Position
}

/** The lag of every group in every partition that it has committed and that still exists. */
export function lagsIn({ partitions, groups }: Overview): PartitionLag[] {
  const known = new Map(partitions.map((partition) => [keyOf(partition), partition]))
  return groups.flatMap(({ group, positions }) =>
    positions.flatMap((position) => {
      const partition = known.get(keyOf(position))
      return partition === undefined ? [] : [lagOf(group, position, partition)]
    }),
  )
}

function lagOf(group: string, { topic, partition, offset }: Position, { earliest, latest }: PartitionOverview): PartitionLag {
  const next = offset > earliest ? offset : earliest
  const lag = Number(latest > next ? latest - next : 0n)
  return { group, topic, partition, committed: offset, lag, oldest: { topic, partition, offset: next } }
}

export const keyOf = ({ topic, partition }: { readonly topic: string; readonly partition: number }) => `${topic}/${partition}`
