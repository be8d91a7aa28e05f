import type { PrintLine } from '../problem.ts'

/** Lines that come again and again: each kind is printed once, and then only how many more there were. */
export interface Repeats {
  show(kind: string, text: string): void
  /** Prints what is only counted so far. */
  flush(): void
}

interface Kind {
  /** Of the last line. */
  text: string
  more: number
  pauseMs: number
  timer: NodeJS.Timeout
}

const FIRST_PAUSE_MS = 10_000
const LONGEST_PAUSE_MS = 60_000

/** A kind that was quiet for a pause is printed at once again; the pause doubles while it goes on. */
export function collapseRepeats(print: PrintLine): Repeats {
  const kinds = new Map<string, Kind>()

  function show(name: string, text: string): void {
    const kind = kinds.get(name)
    if (kind) {
      kind.text = text
      kind.more += 1
      return
    }
    print(text)
    kinds.set(name, { text, more: 0, pauseMs: FIRST_PAUSE_MS, timer: countFor(name, FIRST_PAUSE_MS) })
  }

  function countFor(name: string, pauseMs: number): NodeJS.Timeout {
    return setTimeout(() => printMore(name), pauseMs).unref()
  }

  function printMore(name: string): void {
    const kind = kinds.get(name)
    if (kind === undefined || kind.more === 0) return void kinds.delete(name)
    print(withCount(kind))
    kind.more = 0
    kind.pauseMs = Math.min(kind.pauseMs * 2, LONGEST_PAUSE_MS)
    kind.timer = countFor(name, kind.pauseMs)
  }

  return {
    show,
    flush() {
      for (const { timer } of kinds.values()) clearTimeout(timer)
      for (const kind of kinds.values()) if (kind.more > 0) print(withCount(kind))
      kinds.clear()
    },
  }
}

const withCount = ({ text, more }: Kind): string => (more === 1 ? text : `${text} … and ${more - 1} more like it`)
