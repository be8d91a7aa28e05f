/**
 * Asks at most that often, and never twice at a time; in between the last answer counts.
 * @returns undefined while there is no answer: whoever is asked is away, or too slow. Whoever scrapes does not wait for ever, and
 * has none of the metrics then. Why there is none is for `ask` to tell.
 */
export function rarely<T>(ask: () => Promise<T>, everyMs: number, patienceMs = 2_000): () => Promise<T | undefined> {
  let nextAt = -Infinity
  let answer: Promise<T | undefined> = Promise.resolve(undefined)
  const asked = async () => {
    try {
      return await ask()
    } catch {
      return undefined
    } finally {
      nextAt = performance.now() + everyMs
    }
  }
  return () => {
    if (performance.now() >= nextAt) {
      nextAt = Infinity
      answer = asked()
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
