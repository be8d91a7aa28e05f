import { readFileSync } from 'node:fs'
import { beginningOf } from './pidFile.ts'

/** The end of a long-running command. */
export interface End {
  readonly requested: Promise<void>
  isRequested(): boolean
  /** Between two steps of starting. @throws when the end was requested meanwhile */
  check(): void
}

const LOOK_MS = 1000

/**
 * Requested by Ctrl-C, SIGTERM, the closing of the terminal, and by the end of the npm that started us: a killed npm
 * cannot pass a signal on.
 */
export function untilToldToStop(): End {
  let isRequested = false
  const { promise: requested, resolve } = Promise.withResolvers<void>()
  const request = () => {
    isRequested = true
    resolve()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, request)
  // A terminal that is gone cannot be written to; that is no reason to stop half-way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  if (process.env['npm_lifecycle_event'] !== undefined) watchAncestors(request)
  return {
    requested,
    isRequested: () => isRequested,
    check() {
      if (isRequested) throw new Error('Told to stop while starting.')
    },
  }
}

/** npm is our parent, or there is a shell between. */
function watchAncestors(onGone: () => void): void {
  const ancestors = [process.ppid, parentOf(process.ppid)].filter((pid) => pid > 1)
  const beginnings = ancestors.map(beginningOf)
  const timer = setInterval(() => {
    if (ancestors.every((pid, index) => beginningOf(pid) === beginnings[index])) return
    clearInterval(timer)
    onGone()
  }, LOOK_MS)
  timer.unref()
}

/** Where there is no /proc, the parent alone is watched. */
function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0
  }
}
