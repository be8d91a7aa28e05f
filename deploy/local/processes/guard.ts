import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

let guard: ChildProcess | undefined

/** From now on the process ends with ours: `signal` is what asks it to stop. Cheap: one shell watches all of them. */
export function guardProcess(pid: number, signal: NodeJS.Signals): void {
  guard ??= startGuard()
  guard.stdin?.write(`+ ${signal.replace('SIG', '')} ${pid}\n`)
}

/** The process has ended; its number may soon be somebody else's. */
export function releaseProcess(pid: number): void {
  guard?.stdin?.write(`- ${pid}\n`)
}

function startGuard(): ChildProcess {
  const script = fileURLToPath(new URL('guard.sh', import.meta.url))
  // Its own session, so that Ctrl-C in the terminal does not reach it; unreferenced, so that it does not keep us alive.
  const child = spawn('/bin/sh', [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  child.unref()
  const { stdin } = child
  if (stdin && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
  stdin?.on('error', () => (guard = undefined))
  return child
}
