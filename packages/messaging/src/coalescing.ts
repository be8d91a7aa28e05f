import { setImmediate } from 'node:timers'

interface Waiting<Call, Result> extends PromiseWithResolvers<Result> {
  readonly call: Call
}

export interface CoalescingOptions {
  /** How many runs may be under way at once. Two keep a server busy: it works on one while the other is on the wire. */
  readonly underWay?: number
  /** How many calls share a run at most. */
  readonly atMost?: number
  /** Whether an error may be the fault of one call. Then each call is run again alone, and only that one fails. */
  readonly isOneCallsFault?: (error: unknown) => boolean
}

/**
 * Runs calls together that come in one turn of the event loop, or while others are under way, because a request costs far more
 * than its content. A call that is alone waits only for the end of its turn. An error that is not the fault of one call rejects the waiting calls as well.
 * @param run returns a result for each call, in their order
 */
export function coalescing<Call, Result>(
  run: (calls: readonly Call[]) => Promise<readonly Result[]>,
  { underWay = 2, atMost = Number.POSITIVE_INFINITY, isOneCallsFault = () => false }: CoalescingOptions = {},
): (call: Call) => Promise<Result> {
  let running = 0
  let waiting: Waiting<Call, Result>[] = []

  /** @throws only errors that are not the fault of one call */
  const runGroup = async (group: readonly Waiting<Call, Result>[]): Promise<void> => {
    try {
      const results = await run(group.map(({ call }) => call))
      group.forEach(({ resolve }, index) => resolve(results[index] as Result))
    } catch (error) {
      if (!isOneCallsFault(error)) throw error
      if (group.length > 1) for (const one of group) await runGroup([one])
      else group[0]?.reject(error)
    }
  }
  const rejectAll = (group: readonly Waiting<Call, Result>[], error: unknown) => {
    // Calls of the group that already have a result keep it.
    for (const { reject } of [...group, ...waiting.splice(0)]) reject(error)
  }
  let isTurnEnding = false
  /** Records of one fetch come to several lanes in one turn: what these ask for is one request. */
  const runAfterTurn = () => {
    if (isTurnEnding) return
    isTurnEnding = true
    setImmediate(() => {
      isTurnEnding = false
      runNext()
    })
  }
  const runNext = () => {
    if (waiting.length === 0 || running >= underWay) return
    const group = waiting.slice(0, atMost)
    waiting = waiting.slice(atMost)
    running += 1
    void runGroup(group)
      .catch((error: unknown) => rejectAll(group, error))
      .finally(() => {
        running -= 1
        runAfterTurn()
      })
    runNext()
  }
  return (call) => {
    const entry = { call, ...Promise.withResolvers<Result>() }
    waiting.push(entry)
    runAfterTurn()
    return entry.promise
  }
}
