import { pause } from '../pause.ts'
import type { Position, TopicPartition } from './port.ts'

/** One key per partition for maps. */
export const partitionKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`

/** Offsets of one delivery. Without records, `first` and `end` are where it began. */
export interface Delivered {
  /** Of the first record. */
  readonly first: bigint
  /** After the last record. */
  readonly end: bigint
  /** Where the partition goes on: behind the end of a transaction, for example, which has an offset but is no record. */
  readonly next: bigint
}

/** What happens between `Subscription.commit` and the broker's own commit. */
export interface Commits {
  /** Forgets what is not committed yet: it belongs to an assignment that has ended. */
  assigned(partitions: readonly TopicPartition[]): void
  delivered(partition: TopicPartition, offsets: Delivered): void
  commit(positions: readonly Position[]): Promise<void>
  /** Sends what waits for others, and what failed, without further waiting. Resolves when no request is in flight. */
  flush(): Promise<void>
}

/** How far an assigned partition is. */
interface Progress {
  /** The offset that the last commit asked for: a new one must exceed it. */
  committed: bigint
  /** The offset after everything delivered: a commit must not exceed it. */
  next: bigint
  /** Where offsets follow that are no records: their first one → the offset after them. */
  readonly gaps: Map<bigint, bigint>
}

/**
 * One request at a time: what is committed meanwhile goes, merged, with the next one; so does what failed. A position
 * counts only for what was delivered in the present assignment. Otherwise one that comes late from an earlier assignment
 * could take back what another member has committed since.
 * @param lingerMs how long a commit waits for others to go with it, as of now: each costs the broker a write
 */
export function commits(
  send: (positions: readonly Position[]) => Promise<void>,
  failed: (error: unknown, positions: readonly Position[]) => void,
  lingerMs = () => 0,
): Commits {
  /** Undefined before anything was delivered of an assigned partition. */
  let progress = new Map<string, Progress | undefined>()
  let pending = new Map<string, Position>()
  let round: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  let lingering = new AbortController()

  const add = (position: Position) => {
    const key = partitionKey(position)
    const partition = progress.get(key)
    if (partition === undefined || position.offset <= partition.committed || position.offset > partition.next) return
    partition.committed = behindGaps(partition, position.offset)
    pending.set(key, { ...position, offset: partition.committed })
  }
  const keep = (position: Position) => {
    const key = partitionKey(position)
    if (progress.get(key)?.committed === position.offset) pending.set(key, position)
  }
  const sendPending = async () => {
    const positions = [...pending.values()]
    pending = new Map()
    const assignment = progress
    await send(positions).catch((error: unknown) => {
      failed(error, positions)
      if (assignment === progress) positions.forEach(keep)
    })
  }
  const begin = () => {
    next = undefined
    round = pending.size > 0 ? sendPending() : Promise.resolve()
    return round
  }
  const linger = (signal: AbortSignal) => {
    const ms = lingerMs()
    return ms > 0 ? pause(ms, signal).then(begin) : begin()
  }
  const commit = (positions: readonly Position[]) => {
    positions.forEach(add)
    const { signal } = lingering
    next ??= round.then(() => linger(signal))
    return next
  }
  const flush = () => {
    lingering.abort()
    lingering = new AbortController()
    next ??= round.then(begin)
    return next
  }

  return {
    assigned(partitions) {
      progress = new Map(partitions.map((partition) => [partitionKey(partition), undefined]))
      pending = new Map()
    },
    delivered(partition, offsets) {
      const key = partitionKey(partition)
      if (!progress.has(key)) return
      const before = progress.get(key)
      // The broker has lost records, or the topic was made again: what is pending may be beyond what there is now.
      if (before !== undefined && offsets.first < before.next) pending.delete(key)
      const after = advanced(before, offsets)
      progress.set(key, after)
      const { topic, partition: number } = partition
      if (after.committed === offsets.end) void commit([{ topic, partition: number, offset: offsets.next }])
    },
    commit,
    flush,
  }
}

function advanced(before: Progress | undefined, { first, end, next }: Delivered): Progress {
  const committed = before === undefined || first < before.committed ? first : before.committed
  const gaps = before === undefined || first < before.next ? new Map<bigint, bigint>() : before.gaps
  if (next > end) gaps.set(end, next)
  return { committed, next, gaps }
}

/** No record is in a gap, so what is committed up to a gap is committed behind it. Passed gaps are not needed any more. */
function behindGaps({ gaps }: Progress, offset: bigint): bigint {
  let behind = offset
  for (let next = gaps.get(behind); next !== undefined; next = gaps.get(behind)) behind = next
  for (const start of gaps.keys()) if (start < behind) gaps.delete(start)
  return behind
}
