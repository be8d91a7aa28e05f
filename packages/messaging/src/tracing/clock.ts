const compareEveryMs = 10_000

/**
 * The time in milliseconds since the epoch, with fractions. Node's fine clock does not follow corrections of the wall clock, so
 * the two are compared now and then.
 */
export function wallClock(): () => number {
  let offset = 0
  let compareAt = -Infinity
  return () => {
    const fine = performance.now()
    if (fine >= compareAt) {
      offset = Date.now() - fine
      compareAt = fine + compareEveryMs
    }
    return fine + offset
  }
}
