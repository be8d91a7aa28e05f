import { execFileSync } from 'node:child_process'
import { beginningOf } from './pidFile.ts'

const LOOK_MS = 1000

/**
 * Aborted by Ctrl-C, SIGTERM, the closing of the terminal, and by the end of the npm that started us: a killed npm cannot
 * pass a signal on.
 */
export function shutdownSignal(): AbortSignal {
  const shutdown = new AbortController()
  const request = () => shutdown.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, request)
  // A terminal that is gone cannot be written to; that is no reason to stop half-way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  if (process.env['npm_lifecycle_event'] !== undefined) watchNpm(request)
  return shutdown.signal
}

/** Between npm and us there are bootstrap.mjs and perhaps a shell. */
function watchNpm(onGone: () => void): void {
  const chain = upToNpm(process.ppid)
  // Yarn and its kind are not recognised; what is above them (a shell, a terminal) may end without us.
  if (!chain && !process.env['npm_config_user_agent']?.startsWith('npm/')) return watch([process.ppid], onGone)
  if (chain) watch(chain, onGone)
  // It was killed before we looked.
  else onGone()
}

function watch(pids: readonly number[], onGone: () => void): void {
  const beginnings = pids.map(beginningOf)
  const timer = setInterval(() => {
    if (pids.every((pid, index) => beginningOf(pid) === beginnings[index])) return
    clearInterval(timer)
    onGone()
  }, LOOK_MS)
  timer.unref()
}

/** Our ancestors up to the npm that started us; undefined when there is none. */
function upToNpm(parent: number): number[] | undefined {
  const chain: number[] = []
  for (let pid = parent; pid > 0; pid = parentOf(pid)) {
    chain.push(pid)
    if (/^npm |npm-cli/.test(commandOf(pid))) return chain
  }
  return undefined
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
