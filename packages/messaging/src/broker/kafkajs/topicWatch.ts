import type { Log } from '../../log.ts'
import { partitionKey } from '../commits.ts'
import type { TopicPartition } from '../port.ts'
import type { TopicsSeen } from './absentTopics.ts'
import { leaderlessOf } from './leaderless.ts'
import type { PartitionMetadata } from './leaders.ts'
import { topicIdsFrom } from './topicIds.ts'

interface TopicWatchOptions {
  readonly group: string
  readonly topics: readonly string[]
  readonly log: Log
  /** With all that are not there. */
  readonly onMissing: (topics: readonly string[]) => void
  /** Whether one of the topics is another one than the assignment was made for, by its id. */
  readonly isOutdated: (topicIds: ReadonlyMap<string, string>) => boolean
  /** How many partitions a topic had for the assignment. */
  readonly partitionsOf: (topic: string) => number
  /** The assignment does not fit the topics any more. */
  readonly onChanged: () => void
}

/** What becomes of the topics of a subscription while it runs. */
export interface TopicWatch {
  /** For `withoutAbsent`. */
  readonly seen: TopicsSeen
  /** The group was joined without knowing where this partition begins, since it has no leader. */
  readonly passedOver: (partition: TopicPartition) => void
  /** The group is to be joined: what was passed over is asked for again. */
  joining(): void
  /** Whether a topic is missing, or a partition has no leader. */
  isAnyAway(): boolean
}

export function topicWatch({
  group,
  topics,
  log,
  onMissing,
  isOutdated,
  partitionsOf,
  onChanged,
}: TopicWatchOptions): TopicWatch {
  const missing = new Set<string>()
  let leaderless: ReadonlySet<string> = new Set()
  const passedOver = new Set<string>()
  const sayLeaderless = (now: ReadonlySet<string>) => {
    const gone = [...now].filter((partition) => !leaderless.has(partition))
    const back = [...leaderless].filter((partition) => !now.has(partition))
    leaderless = now
    if (gone.length > 0)
      log.warn(
        { event: 'noLeader', group, partitions: gone },
        'these partitions have no leader: the brokers with their copies are away. The other ones go on',
      )
    if (back.length > 0) log.info({ event: 'leaderBack', group, partitions: back }, 'these partitions have a leader again')
  }
  return {
    isAnyAway: () => missing.size > 0 || leaderless.size > 0,
    passedOver: (partition) => void passedOver.add(partitionKey(partition)),
    joining: () => passedOver.clear(),
    async seen(node, found) {
      // Of some topics that are not ours assigners ask, too, one at a time.
      const asked = topics.filter((topic) => found.has(topic))
      const count = (topic: string) => found.get(topic)?.length ?? 0
      const come = asked.filter((topic) => missing.has(topic) && count(topic) > 0)
      const gone = asked.filter((topic) => !missing.has(topic) && count(topic) === 0)
      for (const topic of come) missing.delete(topic)
      for (const topic of gone) missing.add(topic)
      if (asked.length === topics.length) sayLeaderless(leaderlessIn(found))
      const hasChanged = come.length > 0 || gone.length > 0
      if (hasChanged) onMissing([...missing])
      try {
        const hasMore = asked.some((topic) => count(topic) > partitionsOf(topic))
        const hasLeader = [...passedOver].some((partition) => !leaderless.has(partition))
        if (hasChanged || hasMore || hasLeader || isOutdated(await topicIdsFrom(node, topics))) onChanged()
      } catch (error) {
        log.debug({ err: error, group }, 'cannot look up the ids of the topics; it is tried again')
      }
    },
  }
}

const leaderlessIn = (found: ReadonlyMap<string, readonly PartitionMetadata[]>): Set<string> =>
  new Set([...found].flatMap(([topic, all]) => [...leaderlessOf(all)].map((partition) => partitionKey({ topic, partition }))))
