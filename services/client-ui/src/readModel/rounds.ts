import type { Log } from '@petrel/messaging'

/** At most this often a second, whatever happens: enough to look live, and no load however many orders come. */
const roundsPerSecond = 4
const betweenRoundsMs = 1000 / roundsPerSecond
/** After a failure, for example a database that is away. */
const afterFailureMs = 1000

export interface Rounds {
  /** Work has come up: a round begins at once, or as soon as the one before it is over and far enough away. */
  readonly soon: () => void
  /** No round begins any more; resolves when the last one is over. */
  readonly close: () => Promise<void>
}

/** Does `work` in rounds, one at a time; many calls of `soon` are one round. A failed round is logged and tried again. */
export function rounds(work: () => Promise<void>, log: Log): Rounds {
  let wanted = false
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const begin = () => {
    timer = undefined
    if (closed) return
    wanted = false
    running = work().then(
      () => over(betweenRoundsMs),
      (error: unknown) => {
        log.warn({ err: error }, 'could not read what the page shows; trying again in a second')
        wanted = true
        over(afterFailureMs)
      },
    )
  }
  const over = (pauseMs: number) => {
    running = undefined
    timer = setTimeout(() => {
      timer = undefined
      if (wanted) begin()
    }, pauseMs)
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
