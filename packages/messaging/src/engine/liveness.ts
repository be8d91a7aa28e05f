import { milliseconds } from '../definition/duration.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import { type EndpointStatus, type LaneStatus, waitForEarlierBatch, waitForRecords, waitForTurn } from './status.ts'

/**
 * For calls of store, broker and registry between two moves of a lane. Each has a time limit of less than a minute, and few
 * follow each other without a move. To restart a process that is only slow would make it slower, so this is generous.
 */
const marginMs = milliseconds('5m')

/** How long a lane with work may take from one move to the next, in milliseconds: all tries at once of one handler, and the margin. */
export function moveLimitMs({ handlerTimeLimit, recoverability }: Endpoint): number {
  return milliseconds(handlerTimeLimit) * (1 + recoverability.immediate) + marginMs
}

/**
 * Lanes that have work and have begun nothing within the limit: only a new process helps them. A lane that waits for a
 * broker, a database or a registry that is away is not among them, since it begins a new try every few seconds.
 * @param now milliseconds since the epoch
 */
export function stuckLanes({ groups }: EndpointStatus, limitMs: number, now: number): LaneStatus[] {
  return groups.flatMap(({ lanes }) => lanes).filter((lane) => now - movesFrom(lane) > limitMs)
}

/** How long a lane that has work has not moved, the longest of all, in milliseconds. */
export function longestStillMs({ groups }: EndpointStatus, now: number): number {
  return Math.max(0, ...groups.flatMap(({ lanes }) => lanes).map((lane) => now - movesFrom(lane)))
}

/** The time from which on a move is expected, in milliseconds since the epoch. Infinity while none is. */
function movesFrom({ doing, movedAt, waiting }: LaneStatus): number {
  // The lane that it waits for is in the status as well.
  if (doing === waitForTurn || doing === waitForEarlierBatch) return Infinity
  if (doing !== waitForRecords) return Date.parse(movedAt)
  if (waiting.records === 0) return Infinity
  return Math.max(Date.parse(movedAt), waiting.dueAt === undefined ? 0 : Date.parse(waiting.dueAt))
}
