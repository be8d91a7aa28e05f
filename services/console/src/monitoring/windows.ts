/** Over how many minutes pages look back. */
export const windows = [1, 5, 15, 60] as const
export type Window = (typeof windows)[number]

/** A window has as many points, however long it is; so a point has as many seconds as its window has minutes. */
export const points = 60

/** Seconds of one point of a window. Everything of a window is counted by its grain. */
export const grainOf = (window: Window): number => window

/** From a message until it is counted: the latest point is one that has all of its messages. */
const behindMs = 3_000

/** The times of a window's points in seconds since the epoch, oldest first. Each has what came from then on, for one grain. */
export function pointsOf(window: Window, now: number): number[] {
  const grain = grainOf(window)
  const end = Math.floor((now - behindMs) / 1000 / grain)
  return Array.from({ length: points }, (_, index) => (end - points + index) * grain)
}

/** Nobody looks at what is older: in grains. */
export const keptGrains = points + 10
