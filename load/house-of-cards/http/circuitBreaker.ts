/** Keeps callers from asking somebody who does not answer anyway. */
export interface CircuitBreaker {
  /** Whether to ask at all; after a while one may try. */
  mayAsk(): boolean
  record(hasAnswered: boolean): void
}

const remembered = 40
const fewest = 20
const worstShare = 0.5
const openForMs = 1_000

/** Opens when half of the last 40 requests had no answer; after a second one request may try, and closes it or opens it again. */
export function circuitBreaker(now: () => number = () => performance.now()): CircuitBreaker {
  let outcomes: boolean[] = []
  let openUntil: number | undefined
  const isBad = () =>
    outcomes.length >= fewest && outcomes.filter((hasAnswered) => !hasAnswered).length >= outcomes.length * worstShare
  return {
    mayAsk() {
      if (openUntil === undefined) return true
      if (now() < openUntil) return false
      // This one tries; the others wait for what comes of it.
      openUntil = now() + openForMs
      return true
    },
    record(hasAnswered) {
      if (openUntil !== undefined && hasAnswered) {
        openUntil = undefined
        outcomes = []
        return
      }
      outcomes = [...outcomes.slice(1 - remembered), hasAnswered]
      if (isBad()) openUntil = now() + openForMs
    },
  }
}
