// Not the global one: the broker goes on while a test moves time with fake timers.
import { setImmediate } from 'node:timers'
import { commits, partitionKey } from '../commits.ts'
import { BrokerUnavailable, type KnownPosition, type Position, type SubscribeOptions, type Subscription } from '../port.ts'
import type { SubscriptionListener, TopicPartition } from '../port.ts'
import { topicIds } from './admin.ts'
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
  readonly goOnFrom: SubscribeOptions['goOnFrom']
  readonly commit: (positions: readonly Position[]) => void
}

export function memoryMember({ group, topics, subscribed, listener, goOnFrom, commit }: MemberOptions): Member {
  const { promise: joined, resolve, reject } = Promise.withResolvers<void>()
  const paused = new Set<string>()
  const lastRead = new Map<string, Date>()
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
  let missing: readonly string[] = []
  /** Counts them, to know which one an answer belongs to. */
  let assignments = 0

  const deliver = (position: Position): Position => {
    if (!isMember || paused.has(partitionKey(position))) return position
    // As Kafka does with an offset beyond the end.
    const from = position.offset > topics.end(position) ? topics.begin(position) : position.offset
    const lost = topics.begin(position) - from
    if (lost > 0n) listener.onLost?.(position, Number(lost), lastRead.get(partitionKey(position)))
    const { records, next } = topics.read(position, from, BATCH)
    if (next === position.offset) return position
    const [first, last] = [records[0], records.at(-1)]
    book.delivered(position, { first: first?.offset ?? from, end: last === undefined ? from : last.offset + 1n, next })
    if (records.length > 0) {
      lastRead.set(partitionKey(position), new Date())
      listener.onRecords(records)
    }
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
    assignments += 1
  }
  const begin = (partitions: readonly TopicPartition[], known: readonly KnownPosition[]) => {
    const positions = new Map(known.map((position) => [partitionKey(position), position]))
    reading = partitions.map((partition) => {
      const committed = group.position(partition)
      const { offset, at, isOfFormerTopic = false } = positions.get(partitionKey(partition)) ?? {}
      if (isOfFormerTopic) return { ...partition, offset: 0n }
      if (at !== undefined) lastRead.set(partitionKey(partition), at)
      if (offset === undefined || offset <= (committed ?? -1n))
        return { ...partition, offset: committed ?? topics.begin(partition) }
      group.commit([{ ...partition, offset }])
      return { ...partition, offset }
    })
    wake()
  }
  const beginWhenKnown = async (partitions: readonly TopicPartition[]) => {
    const assignment = assignments
    const known = await goOnFrom?.(topicIds(topics, subscribed)).catch(() => undefined)
    if (known !== undefined && assignment === assignments) begin(partitions, known)
  }
  const tellMissing = () => {
    const now = subscribed.filter((topic) => topics.partitions(topic) === undefined)
    if (now.join() !== missing.join()) listener.onMissing?.(now)
    missing = now
  }
  const self: GroupMember = {
    id: group.nextMemberId(),
    topics: subscribed,
    assigned: (partitions) => {
      isMember = true
      tellMissing()
      paused.clear()
      lastRead.clear()
      assignments += 1
      reading = []
      book.assigned(partitions)
      listener.onAssigned(partitions)
      resolve()
      if (goOnFrom === undefined) begin(partitions, [])
      else void beginWhenKnown(partitions)
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
      await book.flush()
      if (stopped) return
      stopped = true
      leave()
      reject(new BrokerUnavailable('The subscription was stopped before it joined'))
    },
  }
}
