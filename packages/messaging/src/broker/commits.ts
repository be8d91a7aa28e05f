import { setTimeout as delay } from 'node:timers/promises'
import type { Position, TopicPartition } from './port.ts'

/** One key per partition for maps. */
export const partitionKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`

/** The bookkeeping between `Subscription.commit` and the broker's own commit. */
export interface Commits {
  /** Begins anew: positions asked for and not yet sent are of an assignment that has ended. */
  assigned(partitions: readonly TopicPartition[]): void
  /** Records of this partition from `offset` on were handed to the listener. */
  delivered(partition: TopicPartition, offset: bigint): void
  commit(positions: readonly Position[]): Promise<void>
  /** Resolves when nothing is in flight. */
  settled(): Promise<void>
}

/**
 * One request at a time: what comes meanwhile goes, merged, into the next; so does what could not be sent.
 * A position counts only if something before it was delivered in this assignment. Otherwise a straggler of an earlier one
 * could take back what another member has committed since.
 * @param lingerMs how long a commit waits for others to go with it: each costs the broker a write, and what a crash leaves
 * uncommitted meanwhile is known to the inbox when it comes again
 */
export function commits(
  send: (positions: readonly Position[]) => Promise<void>,
  failed: (error: unknown, positions: readonly Position[]) => void,
  lingerMs = 0,
): Commits {
  /** Per assigned partition the offset a new commit must exceed; undefined before anything was delivered. */
  let floors = new Map<string, bigint | undefined>()
  let pending = new Map<string, Position>()
  let round: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined

  const counts = (position: Position) => {
    const floor = floors.get(partitionKey(position))
    return floor !== undefined && position.offset > floor
  }
  const add = (position: Position) => {
    floors.set(partitionKey(position), position.offset)
    pending.set(partitionKey(position), position)
  }
  const keep = (position: Position) => {
    if (floors.get(partitionKey(position)) === position.offset) pending.set(partitionKey(position), position)
  }
  const sendPending = async () => {
    const positions = [...pending.values()]
    pending = new Map()
    const assignment = floors
    await send(positions).catch((error: unknown) => {
      failed(error, positions)
      if (assignment === floors) positions.forEach(keep)
    })
  }
  const lingering = (earlier: Promise<void>) => (lingerMs > 0 ? earlier.then(() => delay(lingerMs)) : earlier)
  const begin = () => {
    next = undefined
    round = pending.size > 0 ? sendPending() : Promise.resolve()
    return round
  }

  return {
    assigned(partitions) {
      floors = new Map(partitions.map((partition) => [partitionKey(partition), undefined]))
      pending = new Map()
    },
    delivered(partition, offset) {
      const key = partitionKey(partition)
      if (floors.has(key) && floors.get(key) === undefined) floors.set(key, offset)
    },
    commit(positions) {
      positions.filter(counts).forEach(add)
      next ??= lingering(round).then(begin)
      return next
    },
    settled: () => next ?? round,
  }
}
