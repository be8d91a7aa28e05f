/**
 * Who gets a partition number, whatever the topic: so equal numbers of co-partitioned topics are always together, and a
 * key is handled by one member at a time. `members` in an order all agree on.
 */
export function laneOwner(partition: number, members: readonly string[]): string | undefined {
  return members[partition % members.length]
}
