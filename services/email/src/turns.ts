/** So many at a time. Whoever comes when all places are taken waits in line. */
export interface Turns {
  /** Resolves when a place is free. @throws Error with the code ETIMEDOUT when nobody leaves in time, or what `sendAway` says */
  readonly take: () => Promise<void>
  /** Leaves a place to whoever waits longest. */
  readonly leave: () => void
  /** Those who wait need not wait for the same bad news one after the other. */
  readonly sendAway: (reason: Error) => void
}

/** @param patienceMs how long anybody waits */
export function turns(places: number, patienceMs: number): Turns {
  const line = new Set<PromiseWithResolvers<void>>()
  let free = places
  const waitInLine = async () => {
    const turn = Promise.withResolvers<void>()
    line.add(turn)
    const timer = setTimeout(() => line.delete(turn) && turn.reject(noTurn(patienceMs)), patienceMs)
    await turn.promise.finally(() => clearTimeout(timer))
  }
  return {
    async take() {
      if (free === 0) return waitInLine()
      free -= 1
    },
    leave() {
      const [next] = line
      if (next === undefined) free += 1
      else if (line.delete(next)) next.resolve()
    },
    sendAway(reason) {
      for (const turn of line) turn.reject(reason)
      line.clear()
    },
  }
}

const noTurn = (patienceMs: number) =>
  Object.assign(new Error(`no connection was free within ${patienceMs} ms`), { code: 'ETIMEDOUT' })
