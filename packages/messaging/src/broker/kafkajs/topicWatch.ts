import type { Log } from '../../log.ts'
import type { TopicsSeen } from './absentTopics.ts'
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
  isAnyMissing(): boolean
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
  return {
    isAnyMissing: () => missing.size > 0,
    async seen(node, partitions) {
      const come = topics.filter((topic) => missing.has(topic) && (partitions.get(topic) ?? 0) > 0)
      const gone = topics.filter((topic) => !missing.has(topic) && partitions.get(topic) === 0)
      for (const topic of come) missing.delete(topic)
      for (const topic of gone) missing.add(topic)
      const hasChanged = come.length > 0 || gone.length > 0
      if (hasChanged) onMissing([...missing])
      try {
        const hasMore = topics.some((topic) => (partitions.get(topic) ?? 0) > partitionsOf(topic))
        if (hasChanged || hasMore || isOutdated(await topicIdsFrom(node, topics))) onChanged()
      } catch (error) {
        log.debug({ err: error, group }, 'cannot look up the ids of the topics; it is tried again')
      }
    },
  }
}
