import { partitionKey } from '../commits.ts'
import { laneOwner } from '../lanes.ts'
import type { Position, TopicPartition } from '../port.ts'
import type { Topics } from './topics.ts'

export interface GroupMember {
  readonly topics: readonly string[]
  assigned(partitions: readonly TopicPartition[]): void
}

/** A consumer group: every change of its members takes all partitions from all and deals them anew, as Kafka's eager rebalance does. */
export interface Group {
  join(member: GroupMember): void
  leave(member: GroupMember): void
  /** Deals the partitions anew, a turn of the event loop later. */
  rebalance(): void
  running(): boolean
  position(partition: TopicPartition): bigint | undefined
  commit(positions: readonly Position[]): void
}

export function memoryGroup(topics: Topics): Group {
  const members: GroupMember[] = []
  const positions = new Map<string, bigint>()
  let scheduled = false

  const deal = () => {
    scheduled = false
    // One that waits for a topic has not joined yet.
    const ready = members.filter(({ topics: wanted }) => wanted.every((topic) => topics.partitions(topic) !== undefined))
    const dealt = ready.map((member) => ({ member, partitions: share(topics, member, ready) }))
    for (const { member, partitions } of dealt) member.assigned(partitions)
  }
  const rebalance = () => {
    if (scheduled) return
    scheduled = true
    setImmediate(deal)
  }
  return {
    rebalance,
    running: () => members.length > 0,
    position: (partition) => positions.get(partitionKey(partition)),
    commit: (committed) => committed.forEach((position) => positions.set(partitionKey(position), position.offset)),
    join: (member) => {
      members.push(member)
      rebalance()
    },
    leave: (member) => {
      const index = members.indexOf(member)
      if (index >= 0) members.splice(index, 1)
      rebalance()
    },
  }
}

function share(topics: Topics, member: GroupMember, members: readonly GroupMember[]): TopicPartition[] {
  return member.topics.flatMap((topic) => {
    const subscribers = members.filter(({ topics }) => topics.includes(topic))
    const numbers = subscribers.map((_, index) => String(index))
    const mine = String(subscribers.indexOf(member))
    return Array.from({ length: topics.partitions(topic) ?? 0 }, (_, partition) => ({ topic, partition })).filter(
      ({ partition }) => laneOwner(partition, numbers) === mine,
    )
  })
}
