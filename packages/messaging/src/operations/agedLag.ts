import type { BrokerAdmin, Overview, PartitionOverview, Position } from '../broker/port.ts'
import type { Infrastructure } from './infrastructure.ts'

/** How far a group has come in one partition, and how long the oldest record waits for it. */
export interface AgedLag {
  readonly group: string
  readonly topic: string
  readonly partition: number
  /** Where the group goes on. */
  readonly committed: bigint
  /** How many offsets it has before it. What the broker has deleted does not count. */
  readonly lag: number
  /** Where the oldest record that waits is, or comes after. */
  readonly oldest: Position
  /** How old that record is; 0 when none waits. */
  readonly seconds: number
}

/** What was seen of a cluster, and what waits there. */
export interface AgedLags {
  readonly overview: Overview
  /** Of every group in every partition that it has committed and that still exists. */
  readonly lags: readonly AgedLag[]
}

/**
 * The lag of all groups under the prefix, for whoever looks again and again: it reads only the records behind which a group has
 * moved on since the last time. @returns a function that looks. @throws BrokerUnavailable
 */
export function agedLags({ admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>): () => Promise<AgedLags> {
  const recordsOf = oldestRecords(admin)
  return async () => {
    const overview = await admin.overview(prefix)
    const lags = lagsIn(overview)
    const appendedAt = await recordsOf(lags)
    const now = Date.now()
    const aged = lags.map((lag): AgedLag => ({ ...lag, seconds: Math.max(0, now - (appendedAt(lag) ?? now)) / 1000 }))
    return { overview, lags: aged }
  }
}

type Lag = Omit<AgedLag, 'seconds'>

function lagsIn({ partitions, groups }: Overview): Lag[] {
  const known = new Map(partitions.map((partition) => [keyOf(partition), partition]))
  return groups.flatMap(({ group, positions }) =>
    positions.flatMap((position) => {
      const partition = known.get(keyOf(position))
      return partition === undefined ? [] : [lagOf(group, position, partition)]
    }),
  )
}

function lagOf(group: string, { topic, partition, offset }: Position, { earliest, latest }: PartitionOverview): Lag {
  const next = offset > earliest ? offset : earliest
  const lag = Number(latest > next ? latest - next : 0n)
  return { group, topic, partition, committed: offset, lag, oldest: { topic, partition, offset: next } }
}

const keyOf = ({ topic, partition }: { readonly topic: string; readonly partition: number }) => `${topic}/${partition}`

/** When the oldest waiting record of each lag was appended, in milliseconds since the epoch; undefined where none waits. */
type AppendedAt = (lag: Lag) => number | undefined

/** Remembers when records were appended. Groups that wait for the same record share the answer. */
function oldestRecords(admin: Pick<BrokerAdmin, 'appendedAt'>) {
  let known = new Map<string, number | undefined>()
  return async (lags: readonly Lag[]): Promise<AppendedAt> => {
    const waiting = new Map(lags.filter(({ lag }) => lag > 0).map(({ oldest }) => [nameOf(oldest), oldest]))
    const unknown = [...waiting].filter(([name]) => known.get(name) === undefined)
    const found = unknown.length === 0 ? [] : await admin.appendedAt(unknown.map(([, position]) => position))
    const answers = new Map(unknown.map(([name], index) => [name, found[index]]))
    known = new Map([...waiting.keys()].map((name) => [name, answers.get(name) ?? known.get(name)]))
    return ({ oldest }) => known.get(nameOf(oldest))
  }
}

const nameOf = ({ topic, partition, offset }: Position) => `${topic}/${partition}/${offset}`
