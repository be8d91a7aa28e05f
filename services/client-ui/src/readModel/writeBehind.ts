import type { Log } from '@petrel/messaging'

const againAfterMs = 1_000

export interface WriteBehind<T> {
  /** Returns at once; what comes while a write is under way goes with the next one. */
  readonly write: (item: T) => void
  /** Resolves when everything is written, or the last attempt has failed. */
  readonly close: () => Promise<void>
}

/** Writes what nobody waits for, many items with one call. What fails is tried again every second; the oldest go when it becomes too many. */
export function writeBehind<T>(write: (items: readonly T[]) => Promise<void>, most: number, log: Log): WriteBehind<T> {
  let waiting: T[] = []
  let writing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const drain = async () => {
    while (waiting.length > 0) {
      const items = waiting.splice(0)
      try {
        await write(items)
      } catch (error) {
        waiting = [...items, ...waiting].slice(-most)
        log.warn({ err: error, waiting: waiting.length }, 'cannot record accepted orders; trying again in a second')
        if (!closed) timer = setTimeout(begin, againAfterMs)
        return
      }
    }
  }
  const begin = () => {
    timer = undefined
    writing ??= drain().finally(() => (writing = undefined))
  }
  return {
    write(item) {
      waiting.push(item)
      if (waiting.length > most) waiting.shift()
      if (timer === undefined) begin()
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await writing
      await drain()
    },
  }
}
