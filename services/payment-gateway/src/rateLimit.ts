/** Asks for one request; false when there were too many. */
export type RateLimit = (perSecond: number | null) => boolean

/** A token bucket that holds what one second allows. @param now milliseconds, ever growing */
export function rateLimit(now: () => number): RateLimit {
  let tokens = Infinity
  let at = now()
  return (perSecond) => {
    const elapsed = now() - at
    at += elapsed
    if (perSecond === null) {
      tokens = Infinity
      return true
    }
    const capacity = Math.max(perSecond, 1)
    tokens = Math.min(tokens + (elapsed / 1_000) * perSecond, capacity)
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}
