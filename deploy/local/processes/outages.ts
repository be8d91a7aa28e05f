import type { PrintLine } from '../problem.ts'

/** What is known to be away, so that the services' warnings about it are only counted. */
export interface Outages {
  /** Whether something is away, or was until a moment ago. */
  areOn(): boolean
  countWarning(): void
  begin(name: string): void
  end(name: string): void
}

/** A service finds out at its next attempt that what it waited for is back; it waits 5 s between two, and may have to rejoin. */
const AFTERMATH_MS = 12_000

export function watchOutages(print: PrintLine): Outages {
  const away = new Set<string>()
  const names = new Set<string>()
  let warnings = 0
  let aftermath: NodeJS.Timeout | undefined

  function report(): void {
    aftermath = undefined
    if (warnings > 0) print(`${warnings} warnings about the absence of ${[...names].join(' and ')} are in .local/logs.`)
    warnings = 0
    names.clear()
  }

  return {
    areOn: () => away.size > 0 || aftermath !== undefined,
    countWarning: () => void (warnings += 1),
    begin(name) {
      clearTimeout(aftermath)
      aftermath = undefined
      away.add(name)
      names.add(name)
    },
    end(name) {
      if (away.delete(name) && away.size === 0) aftermath = setTimeout(report, AFTERMATH_MS).unref()
    },
  }
}
