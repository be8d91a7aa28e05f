import type { FetchedBatch } from './consumerHooks.ts'

/** The fetches of a consumer that wait for records, one for each broker. kafkajs cannot end them. */
export interface WaitingFetches {
  /** @throws the error of `fail` */
  wait(fetch: Promise<FetchedBatch[]>): Promise<FetchedBatch[]>
  /** All return at once, with nothing. */
  release(): void
  /** All throw the error at once; when none waits, the next ones do. */
  fail(error: unknown): void
  /** @throws the error of `fail` that nobody has seen */
  check(): void
}

export function waitingFetches(): WaitingFetches {
  const waiting = new Set<PromiseWithResolvers<FetchedBatch[]>>()
  let failure: { readonly error: unknown } | undefined

  /** A fetch that begins in this very moment is to fail as well: otherwise kafkajs would wait for it. */
  const forgetSoon = (seen: typeof failure) => {
    setImmediate(() => {
      if (failure === seen) failure = undefined
    })
  }
  return {
    check: () => {
      if (failure === undefined) return
      forgetSoon(failure)
      throw failure.error
    },
    wait: (fetch) => {
      const ended = Promise.withResolvers<FetchedBatch[]>()
      waiting.add(ended)
      return Promise.race([fetch, ended.promise]).finally(() => waiting.delete(ended))
    },
    release: () => {
      for (const { resolve } of waiting) resolve([])
    },
    fail: (error) => {
      failure = { error }
      if (waiting.size > 0) forgetSoon(failure)
      for (const { reject } of waiting) reject(error)
    },
  }
}
