// Not the global one: the broker goes on while a test moves time with fake timers.
import { setImmediate } from 'node:timers'
import { assignment } from '../assignment.ts'
import { partitionKey } from '../commits.ts'
import type { Position, TopicPartition } from '../port.ts'
import type { Topics } from './topics.ts'

export interface GroupMember {
  readonly id: string
  readonly topics: readonly string[]
  assigned(partitions: readonly TopicPartition[]): void
}

/** A consumer group. Whenever its members change, all partitions are assigned again, as in Kafka's eager rebalance. */
export interface Group {
  nextMemberId(): string
  join(member: GroupMember): void
  leave(member: GroupMember): void
  /** Assigns the partitions again, a turn of the event loop later. */
  rebalance(): void
  running(): boolean
  members(): number
  position(partition: TopicPartition): bigint | undefined
  positions(): Position[]
  commit(positions: readonly Position[]): void
  /** A deleted topic takes its positions with it. */
  forget(topic: string): void
}

export function memoryGroup(topics: Topics): Group {
  const members = new Set<GroupMember>()
  const positions = new Map<string, Position>()
  let assigned = new Map<string, TopicPartition[]>()
  let scheduled = false
  let memberIds = 0

  const assign = () => {
    scheduled = false
    const ready = [...members]
    const lanesOf = ({ id }: GroupMember) => (assigned.get(id) ?? []).map(({ partition }) => partition)
    const present = ready.map((member) => ({ id: member.id, topics: member.topics, lanes: lanesOf(member) }))
    assigned = assignment(present, partitionCounts(topics, ready))
    for (const member of ready) if (members.has(member)) member.assigned(assigned.get(member.id) ?? [])
  }
  const rebalance = () => {
    if (scheduled) return
    scheduled = true
    setImmediate(assign)
  }
  return {
    nextMemberId: () => `consumer-${(memberIds += 1)}`,
    rebalance,
    running: () => members.size > 0,
    members: () => members.size,
    position: (partition) => positions.get(partitionKey(partition))?.offset,
    positions: () => [...positions.values()],
    commit: (committed) => committed.forEach((position) => positions.set(partitionKey(position), position)),
    forget: (topic) => {
      for (const [key, position] of positions) if (position.topic === topic) positions.delete(key)
    },
    join: (member) => {
      members.add(member)
      rebalance()
    },
    leave: (member) => {
      members.delete(member)
      rebalance()
    },
  }
}

function partitionCounts(topics: Topics, members: readonly GroupMember[]): Map<string, number> {
  const names = new Set(members.flatMap((member) => member.topics))
  return new Map([...names].map((topic) => [topic, topics.partitions(topic) ?? 0]))
}
