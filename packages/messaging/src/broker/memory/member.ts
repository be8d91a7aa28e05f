// Not the global one: the broker goes on while a test moves time with fake timers.
import { setImmediate } from 'node:timers'
import { commits, partitionKey } from '../commits.ts'
import { BrokerUnavailable, type Position, type Subscription, type SubscriptionListener } from '../port.ts'
import type { Group, GroupMember } from './group.ts'
import type { Topics } from './topics.ts'

/** Records of a partition that are delivered at once. */
const BATCH = 100

export interface Member extends Subscription {
  readonly group: Group
  readonly joined: Promise<void>
  /** There may be something new to deliver. */
  wake(): void
  /** It is out of the group until `rejoin`. */
  crash(): void
  rejoin(): void
}

interface MemberOptions {
  readonly group: Group
  readonly topics: Topics
  readonly subscribed: readonly string[]
  readonly listener: SubscriptionListener
  readonly commit: (positions: readonly Position[]) => void
}

export function memoryMember({ group, topics, subscribed, listener, commit }: MemberOptions): Member {
  const { promise: joined, resolve, reject } = Promise.withResolvers<void>()
  const paused = new Set<string>()
  const book = commits(
    async (positions) => {
      if (!isMember) throw new BrokerUnavailable('The member is out of its group')
      commit(positions)
    },
    () => {},
  )
  let reading: Position[] = []
  let awake = false
  let isMember = false
  let stopped = false

  const deliver = (position: Position): Position => {
    if (!isMember || paused.has(partitionKey(position))) return position
    // As Kafka does with an offset beyond the end.
    const from = position.offset > topics.end(position) ? topics.begin(position) : position.offset
    const lost = topics.begin(position) - from
    if (lost > 0n) listener.onLost?.(position, Number(lost))
    const { records, next } = topics.read(position, from, BATCH)
    if (next === position.offset) return position
    const [first, last] = [records[0], records.at(-1)]
    book.delivered(position, { first: first?.offset ?? from, end: last === undefined ? from : last.offset + 1n, next })
    if (records.length > 0) listener.onRecords(records)
    return { ...position, offset: next }
  }
  const wake = () => {
    if (awake) return
    awake = true
    setImmediate(turn)
  }
  const turn = () => {
    awake = false
    const before = reading
    const after = before.map(deliver)
    // The listener may have made the member leave.
    if (reading !== before) return
    reading = after
    if (after.some((position, index) => position !== before[index])) wake()
  }
  const dropped = () => {
    isMember = false
    reading = []
  }
  const self: GroupMember = {
    id: group.nextMemberId(),
    topics: subscribed,
    dropped,
    assigned: (partitions) => {
      isMember = true
      paused.clear()
      reading = partitions.map((partition) => ({ ...partition, offset: group.position(partition) ?? topics.begin(partition) }))
      book.assigned(partitions)
      listener.onAssigned(partitions)
      resolve()
      wake()
    },
  }
  const leave = () => {
    dropped()
    group.leave(self)
  }
  group.join(self)
  return {
    group,
    joined,
    wake,
    isJoined: () => isMember,
    pause: (partition) => void paused.add(partitionKey(partition)),
    resume: (partition) => {
      paused.delete(partitionKey(partition))
      wake()
    },
    commit: (positions) => book.commit(positions),
    crash: leave,
    rejoin: () => {
      if (!stopped) group.join(self)
    },
    stop: async () => {
      await book.settled()
      if (stopped) return
      stopped = true
      leave()
      reject(new BrokerUnavailable('The subscription was stopped before it joined'))
    },
  }
}
