import { type AgedLags, mainGroup, partitionsWithKey, type Position, type SentRange } from '@petrel/messaging/operations'
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
    const groups = new Set(
      [...definitions]
        .filter(([, { handles }]) => handles.some((each) => each.topic === topic))
        .map(([name]) => prefix + mainGroup(name)),
    )
    const from = partitionsWithKey(key, topic, overview.partitions).flatMap(({ partition, earliest, latest }): Position[] => {
      const positions = lags.filter((lag) => groups.has(lag.group) && lag.topic === topic && lag.partition === partition)
      const slowest = positions.map(({ committed }) => committed).reduce(lesser, positions.length === 0 ? latest - tail : latest)
      const offset = [slowest, latest - most, earliest].reduce(greater)
      return offset < latest ? [{ topic, partition, offset }] : []
    })
    return from.length === 0 ? [] : [{ key, topic, from }]
  })
}

const lesser = (one: bigint, other: bigint) => (one < other ? one : other)
const greater = (one: bigint, other: bigint) => (one > other ? one : other)
