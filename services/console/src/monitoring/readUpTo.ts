import type { PartitionOverview } from '@petrel/messaging/operations'

/** Where the partitions of one topic ended at a time: partition → the offset that the next record got. */
export interface Ends {
  /** Milliseconds since the epoch: a moment before they were looked at. */
  readonly at: number
  readonly ends: ReadonlyMap<number, bigint>
}

/** Where topics end, by their names. */
export function endsByTopic(partitions: readonly PartitionOverview[], at: number): Map<string, Ends> {
  const topics = Map.groupBy(partitions, ({ topic }) => topic)
  return new Map(
    [...topics].map(([topic, own]) => [topic, { at, ends: new Map(own.map(({ partition, latest }) => [partition, latest])) }]),
  )
}

/**
 * Up to when everything in a topic has been read: only then the missing of a record means anything.
 * @param looks at where the topic ended, in any order
 * @param positions partition → the first offset that has not been read
 * @returns undefined when reading is behind all of them
 */
export function readUpTo(looks: readonly Ends[], positions: ReadonlyMap<number, bigint>): number | undefined {
  const reached = looks.filter(({ ends }) => [...ends].every(([partition, end]) => (positions.get(partition) ?? 0n) >= end))
  return reached.length === 0 ? undefined : Math.max(...reached.map(({ at }) => at))
}
