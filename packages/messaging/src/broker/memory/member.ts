import { commits, partitionKey } from '../commits.ts'
import { BrokerUnavailable, type Position, type Subscription, type SubscriptionListener } from '../port.ts'
import type { Group, GroupMember } from './group.ts'
import type { Topics } from './topics.ts'

/** Records handed over at once per partition. */
const BATCH = 100

export interface Member extends Subscription {
  readonly joined: Promise<void>
  /** There may be something new to deliver. */
  wake(): void
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
    async (positions) => commit(positions),
    () => {},
  )
  let reading: Position[] = []
  let awake = false
  let stopped = false

  const deliver = (position: Position): Position => {
    const records = paused.has(partitionKey(position)) ? [] : topics.read(position, position.offset, BATCH)
    if (records.length === 0) return position
    book.delivered(position, position.offset)
    listener.onRecords(records)
    return { ...position, offset: position.offset + BigInt(records.length) }
  }
  const wake = () => {
    if (awake) return
    awake = true
    setImmediate(turn)
  }
  const turn = () => {
    awake = false
    if (stopped) return
    const before = reading
    reading = before.map(deliver)
    if (reading.some((position, index) => position !== before[index])) wake()
  }
  const self: GroupMember = {
    topics: subscribed,
    assigned: (partitions) => {
      if (stopped) return
      paused.clear()
      reading = partitions.map((partition) => ({ ...partition, offset: group.position(partition) ?? 0n }))
      book.assigned(partitions)
      listener.onAssigned(partitions)
      resolve()
      wake()
    },
  }
  group.join(self)
  return {
    joined,
    wake,
    pause: (partition) => void paused.add(partitionKey(partition)),
    resume: (partition) => {
      paused.delete(partitionKey(partition))
      wake()
    },
    commit: (positions) => book.commit(positions),
    stop: async () => {
      await book.settled()
      if (stopped) return
      stopped = true
      group.leave(self)
      reject(new BrokerUnavailable('The subscription was stopped before it joined'))
    },
  }
}
