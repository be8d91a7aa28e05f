/** How many copies a topic keeps, and how many of them must be in sync before `acks=all` confirms a record. */
export interface Durability {
  readonly replicas: number
  readonly minInSync: number
}

/** What there is of it on a cluster. */
export interface ClusterDurability {
  /** How many brokers there are now. */
  readonly brokers: number
  /** Of those of the topics that exist. Of one whose partitions differ, the fewest replicas. */
  readonly topics: ReadonlyMap<string, Durability>
}

/** What a new topic gets: with three brokers one may be away without a loss and without a pause, and more copies buy little. */
export function durabilityWith(brokers: number): Durability {
  const replicas = Math.max(1, Math.min(3, brokers))
  return { replicas, minInSync: Math.max(1, replicas - 1) }
}
