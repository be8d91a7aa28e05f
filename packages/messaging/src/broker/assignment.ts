import type { TopicPartition } from './port.ts'
import { murmur2 } from './partitioner.ts'

export interface GroupMembership {
  readonly id: string
  readonly topics: readonly string[]
  /** Numbers of the partitions that it has now. */
  readonly lanes: readonly number[]
}

/**
 * Which partitions each member of a group gets. Topics with the same subscribers are dealt together, by partition number:
 * so a key of co-partitioned topics is handled by one member at a time. During a roll-out members subscribe to different
 * topics; each topic goes only to those that subscribe to it.
 * @param partitions topic → number of its partitions; a topic that is not in it is given to nobody
 */
export function assignment(
  members: readonly GroupMembership[],
  partitions: ReadonlyMap<string, number>,
): Map<string, TopicPartition[]> {
  const assigned = new Map(members.map(({ id }) => [id, [] as TopicPartition[]]))
  const subscribers = (topic: string) => members.filter(({ topics }) => topics.includes(topic))
  const idsOf = (topic: string) => subscribers(topic).map(({ id }) => id)
  const bySubscribers = Map.groupBy(partitions.keys(), (topic) => JSON.stringify(idsOf(topic).toSorted()))
  for (const topics of bySubscribers.values()) {
    const count = (topic: string) => partitions.get(topic) ?? 0
    const owners = laneOwners(Math.max(...topics.map(count)), subscribers(topics[0] ?? ''))
    for (const topic of topics)
      for (let partition = 0; partition < count(topic); partition += 1)
        assigned.get(owners.get(partition) ?? '')?.push({ topic, partition })
  }
  return assigned
}

/**
 * No member has more than one lane more than another. Within this, each lane stays with the member that has it. The others,
 * and those that two members claim (one of them was away), go by highest random weight
 * (https://en.wikipedia.org/wiki/Rendezvous_hashing).
 */
function laneOwners(lanes: number, members: readonly GroupMembership[]): Map<number, string> {
  const fair = Math.floor(lanes / members.length)
  let oneMore = lanes % members.length
  const counts = new Map<string, number>()
  const owners = new Map<number, string>()
  for (const { lane, member } of byWeight(lanes, members)) {
    const count = counts.get(member) ?? 0
    if (owners.has(lane) || count > fair || (count === fair && oneMore === 0)) continue
    if (count === fair) oneMore -= 1
    counts.set(member, count + 1)
    owners.set(lane, member)
  }
  return owners
}

/** Where lanes are comes before where they could be. */
function byWeight(lanes: number, members: readonly GroupMembership[]) {
  const pairs = members.flatMap(({ id, lanes: present }) =>
    Array.from({ length: lanes }, (_, lane) => ({
      lane,
      member: id,
      stays: present.includes(lane) ? 1 : 0,
      weight: murmur2(Buffer.from(`${lane}/${id}`)),
    })),
  )
  return pairs.toSorted((a, b) => b.stays - a.stays || b.weight - a.weight || a.lane - b.lane || (a.member < b.member ? -1 : 1))
}
