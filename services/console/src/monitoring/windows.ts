/** Over how many minutes pages look back. */
export const windows = [1, 5, 15, 60] as const
export type Window = (typeof windows)[number]

const pointsOfWindow = 60

/** Seconds of one point of a window: as many as the window has minutes. Everything of a window is counted by its grain. */
export const grainOf = (window: Window): number => window

/** From a message until it is counted: until then nobody knows how many there were. */
const behindMs = 3_000

/** The time that a window shows; times are in seconds since the epoch. */
export interface Span {
  readonly grain: number
  /** Where its points begin, oldest first. Of the last one a part is over. */
  readonly points: readonly number[]
  readonly from: number
  readonly until: number
}

/** @param now milliseconds since the epoch */
export function spanOf(window: Window, now: number): Span {
  const grain = grainOf(window)
  const until = (now - behindMs) / 1000
  const last = Math.floor(until / grain)
  const points = Array.from({ length: pointsOfWindow }, (_, index) => (last - pointsOfWindow + 1 + index) * grain)
  return { grain, points, from: points[0] ?? 0, until }
}

/** For how many seconds a point has counted. At its beginning it is as if a part were over: a message in a moment is no rush. */
export const secondsOf = (point: number, { grain, until }: Span): number =>
  Math.min(grain, Math.max(until - point, Math.min(grain, behindMs / 1000)))

/** Nobody looks at what is older: in grains. */
export const keptGrains = pointsOfWindow + 10
