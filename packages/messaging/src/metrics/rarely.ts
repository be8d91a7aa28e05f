/** How long a scrape waits for an answer: Prometheus gives up after ten seconds, and then has none of the metrics. */
const patienceMs = 2_000

/**
 * Asks at most that often; in between the last answer counts. @returns undefined while there is no answer: whoever is asked is
 * away, or too slow. What went wrong is not told here: the engine works with the same store, and does.
 */
export function rarely<T>(ask: () => Promise<T>, everyMs: number): () => Promise<T | undefined> {
  let askedAt = -Infinity
  let answer: Promise<T | undefined> = Promise.resolve(undefined)
  return () => {
    const now = performance.now()
    if (now - askedAt >= everyMs) {
      askedAt = now
      answer = ask().catch(() => undefined)
    }
    return within(answer, patienceMs)
  }
}

async function within<T>(answer: Promise<T>, ms: number): Promise<T | undefined> {
  const { promise: tooLate, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, ms, undefined)
  try {
    return await Promise.race([answer, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
