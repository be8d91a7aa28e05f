import type { Position } from '../broker/port.ts'
import { partitionKey } from '../broker/commits.ts'
import { milliseconds } from '../definition/duration.ts'
import type { GroupPosition } from '../store/port.ts'

/**
 * How far a lane may be ahead of what the store knows of it. The inbox knows what was handled since, for much longer: so this
 * only spares writes.
 */
const behindMs = milliseconds('30s')
/** A lane that handles and saves nothing, because all is known or has failed, saves them alone. */
const aloneMs = 2 * behindMs

/** The positions of a lane that the store does not know yet. They go with a save of the lane now and then. */
export class LanePositions {
  readonly #unsaved = new Map<string, GroupPosition>()
  #since = 0

  /** These are behind everything that was handled. */
  reached(positions: readonly GroupPosition[], now: number): void {
    if (this.#unsaved.size === 0 && positions.length > 0) this.#since = now
    for (const position of positions) this.#unsaved.set(partitionKey(position), position)
  }

  /** What goes with a save now. */
  forSave(now: number): readonly GroupPosition[] {
    return now - this.#since >= behindMs ? this.all() : []
  }

  all(): readonly GroupPosition[] {
    return [...this.#unsaved.values()]
  }

  /** When they are to be saved alone; undefined when there are none. */
  aloneAt(isIdle: boolean): number | undefined {
    return this.#unsaved.size === 0 ? undefined : this.#since + (isIdle ? behindMs : aloneMs)
  }

  saved(positions: readonly Position[]): void {
    for (const position of positions) {
      const key = partitionKey(position)
      if (this.#unsaved.get(key) === position) this.#unsaved.delete(key)
    }
  }
}
