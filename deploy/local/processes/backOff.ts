/** A process that ran this long was healthy: its next crash is a new one. */
const HEALTHY_MS = 30_000
const LONGEST_PAUSE_MS = 30_000

/** How long to wait before a process that ended is started again; longer each time unless it was healthy for a while. */
export function backOff(): (ranForMs: number) => number {
  let crashes = 0
  return (ranForMs) => {
    crashes = ranForMs > HEALTHY_MS ? 1 : crashes + 1
    return pauseAfter(crashes)
  }
}

/** 1, 2, 4 … seconds, at most half a minute. */
const pauseAfter = (crashes: number): number => Math.min(1000 * 2 ** (crashes - 1), LONGEST_PAUSE_MS)
