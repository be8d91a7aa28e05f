const firstMs = 100
const longestMs = 2_000

/**
 * How long to wait before asking again: anything up to twice as long as the time before, so that those who failed together
 * do not come back together ("full jitter"). Somebody who said when to come back is not asked sooner.
 * @param retry 0 for the first
 */
export function pauseMs(retry: number, retryAfterMs = 0, random: () => number = Math.random): number {
  return retryAfterMs + random() * Math.min(longestMs, firstMs * 2 ** (retry + 1))
}
