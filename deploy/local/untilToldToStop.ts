import { execFileSync } from 'node:child_process'
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

/** Between npm and us stand bootstrap.mjs and perhaps a shell. */
function watchAncestors(onGone: () => void): void {
  const ancestors = upToNpm(process.ppid)
  const beginnings = ancestors.map(beginningOf)
  const timer = setInterval(() => {
    if (ancestors.every((pid, index) => beginningOf(pid) === beginnings[index])) return
    clearInterval(timer)
    onGone()
  }, LOOK_MS)
  timer.unref()
}

/** Our parent alone where npm is not found: what stands above npm (a shell, a terminal) may go without us. */
function upToNpm(parent: number): number[] {
  const chain: number[] = []
  for (let pid = parent; pid > 1 && chain.length < 5; pid = parentOf(pid)) {
    chain.push(pid)
    if (/^npm |npm-cli/.test(commandOf(pid))) return chain
  }
  return [parent]
}

const parentOf = (pid: number) => Number(ask('ppid=', pid))
const commandOf = (pid: number) => ask('args=', pid)

function ask(column: string, pid: number): string {
  try {
    return execFileSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}
