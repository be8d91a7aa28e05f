import { type AgedLags, mainGroup, partitionWithKey, type SentRange } from '@petrel/messaging/operations'
import type { Definition } from '../monitoring/definition.ts'

/** Of a topic that nobody hears, and of one whose reader is far behind, only so much is looked at. */
const tail = 500n
const most = 5_000n

/**
 * Where messages with a key may be that no endpoint has handled: behind the position of the slowest of those that read a topic.
 * What is before it, their audits know.
 */
export function unheardRanges(
  key: string,
  definitions: ReadonlyMap<string, Definition>,
  { overview, lags }: AgedLags,
  prefix: string,
): SentRange[] {
  const topics = new Set(
    [...definitions.values()].flatMap(({ handles, produces }) => [...handles, ...produces]).map(({ topic }) => topic),
  )
  return [...topics].flatMap((topic): SentRange[] => {
    const own = partitionWithKey(key, topic, overview.partitions)
    if (own === undefined) return []
    const groups = new Set(
      [...definitions]
        .filter(([, { handles }]) => handles.some((each) => each.topic === topic))
        .map(([name]) => prefix + mainGroup(name)),
    )
    const positions = lags.filter((lag) => groups.has(lag.group) && lag.topic === topic && lag.partition === own.partition)
    const slowest = positions
      .map(({ committed }) => committed)
      .reduce(lesser, positions.length === 0 ? own.latest - tail : own.latest)
    const from = [slowest, own.latest - most, own.earliest].reduce(greater)
    return from < own.latest ? [{ key, topic, from }] : []
  })
}

const lesser = (one: bigint, other: bigint) => (one < other ? one : other)
const greater = (one: bigint, other: bigint) => (one > other ? one : other)
