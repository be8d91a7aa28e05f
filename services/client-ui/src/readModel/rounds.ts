import type { Log } from '@petrel/messaging'

/** Enough to look live, and no load however many orders come. */
const liveMs = 250
/** After a failure, for example a database that is away. */
const afterFailureMs = 1000

export interface Rounds {
  /** Work has come up: a round begins at once, or as soon as the one before it is over and far enough away. */
  readonly soon: () => void
  /** No round begins any more; resolves when the last one is over. */
  readonly close: () => Promise<void>
}

/**
 * Does `work` in rounds, one at a time, with a pause after each; many calls of `soon` are one round. A failed round is logged and
 * tried again.
 */
export function rounds(work: () => Promise<void>, log: Log, pauseMs = liveMs): Rounds {
  let wanted = false
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const begin = () => {
    timer = undefined
    if (closed) return
    wanted = false
    running = work().then(
      () => over(pauseMs),
      (error: unknown) => {
        log.warn({ err: error }, 'could not read what the page shows; trying again in a second')
        wanted = true
        over(afterFailureMs)
      },
    )
  }
  const over = (ms: number) => {
    running = undefined
    timer = setTimeout(() => {
      timer = undefined
      if (wanted) begin()
    }, ms)
  }
  return {
    soon() {
      wanted = true
      if (running === undefined && timer === undefined) begin()
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}
