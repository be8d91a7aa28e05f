import type { BrokerAdmin, Position } from '@petrel/messaging/operations'
import type { PartitionLag } from './lag.ts'

/** When the oldest waiting record of each lag was appended, in milliseconds since the epoch; undefined where none waits. */
export type AppendedAt = (lag: PartitionLag) => number | undefined

/**
 * Remembers when records were appended: it looks only for those behind which a group has moved on since the last time. Groups
 * that wait for the same record share the answer.
 */
export function oldestRecords(admin: Pick<BrokerAdmin, 'appendedAt'>) {
  let known = new Map<string, number | undefined>()
  return async (lags: readonly PartitionLag[]): Promise<AppendedAt> => {
    const waiting = new Map(lags.filter(({ lag }) => lag > 0).map(({ oldest }) => [nameOf(oldest), oldest]))
    const unknown = [...waiting].filter(([name]) => known.get(name) === undefined)
    const found = unknown.length === 0 ? [] : await admin.appendedAt(unknown.map(([, position]) => position))
    const answers = new Map(unknown.map(([name], index) => [name, found[index]]))
    known = new Map([...waiting.keys()].map((name) => [name, answers.get(name) ?? known.get(name)]))
    return ({ oldest }) => known.get(nameOf(oldest))
  }
}

const nameOf = ({ topic, partition, offset }: Position) => `${topic}/${partition}/${offset}`
