import type { TopicPartition } from './port.ts'
import { murmur2 } from './partitioner.ts'

export interface MemberTopics {
  readonly id: string
  readonly topics: readonly string[]
}

/**
 * Which partitions each member of a group gets. Topics with the same subscribers are dealt together, by partition number:
 * so a key of co-partitioned topics is handled by one member at a time. During a roll-out members subscribe to different
 * topics; each topic goes only to those that subscribe to it.
 * @param partitions topic → number of its partitions; a topic that is not in it is given to nobody
 */
export function assignment(
  members: readonly MemberTopics[],
  partitions: ReadonlyMap<string, number>,
): Map<string, TopicPartition[]> {
  const assigned = new Map(members.map(({ id }) => [id, [] as TopicPartition[]]))
  const subscribers = (topic: string) => members.filter(({ topics }) => topics.includes(topic)).map(({ id }) => id)
  const bySubscribers = Map.groupBy(partitions.keys(), (topic) => JSON.stringify(subscribers(topic).toSorted()))
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
 * Highest random weight (https://en.wikipedia.org/wiki/Rendezvous_hashing) with a cap, so that no member has more than one
 * lane more than another. The weights follow from the ids alone: when a member comes or goes, the others keep most of what
 * they have, and nobody needs to know what that was.
 */
function laneOwners(lanes: number, members: readonly string[]): Map<number, string> {
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

function byWeight(lanes: number, members: readonly string[]) {
  const pairs = members.flatMap((member) =>
    Array.from({ length: lanes }, (_, lane) => ({ lane, member, weight: murmur2(Buffer.from(`${lane}/${member}`)) })),
  )
  return pairs.toSorted((a, b) => b.weight - a.weight || a.lane - b.lane || (a.member < b.member ? -1 : 1))
}
