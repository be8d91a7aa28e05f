import { spawn, type SpawnOptions } from 'node:child_process'
import { setPriority } from 'node:os'
import type { Readable } from 'node:stream'
import { guardProcess, releaseProcess } from './guard.ts'
import { Problem } from '../problem.ts'

/** As Kubernetes has: a service needs up to 23 seconds when handlers are slow. */
const PATIENCE_MS = 30_000

/** How a process ended: its exit code, or the signal that killed it. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Of 19; 0 is what everybody has. */
const BEHIND_OTHERS = 10

/** Where there are fewer cores than work, the others go first. */
export function letOthersGoFirst(child: Pick<GuardedProcess, 'pid' | 'hasExited'>): void {
  if (!child.hasExited()) setPriority(child.pid, BEHIND_OTHERS)
}

/** For a person: `killed with SIGKILL`, `exit code 1`. */
export const howItEnded = ({ code, signal }: Exit): string => (signal ? `killed with ${signal}` : `exit code ${code}`)

/** A process that never outlives ours. */
export interface GuardedProcess {
  readonly name: string
  readonly pid: number
  /** Unless its output goes elsewhere. */
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  readonly exited: Promise<Exit>
  hasExited(): boolean
  kill(signal: NodeJS.Signals): void
  /** Asks it to stop, and ends it by force when it has not gone within 30 s. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

export interface GuardedOptions extends Omit<SpawnOptions, 'detached'> {
  /** Asks it to stop in good order. Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals
}

/**
 * Starts a program in a session of its own: Ctrl-C in the terminal reaches only us, and we stop everything in order.
 * @throws Problem when it cannot be started at all
 */
export async function spawnGuarded(
  name: string,
  command: string,
  args: readonly string[],
  { stopSignal = 'SIGTERM', ...options }: GuardedOptions,
): Promise<GuardedProcess> {
  const child = spawn(command, args, { ...options, detached: true })
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', (error) => reject(new Problem(`${name} could not be started: ${error.message}`)))
    child.once('spawn', () => resolve(child.pid ?? 0))
  })
  guardProcess(pid, stopSignal)
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  void exited.then(() => releaseProcess(pid))
  const hasExited = () => child.exitCode !== null || child.signalCode !== null
  return {
    name,
    pid,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    hasExited,
    kill: (signal) => void child.kill(signal),
    async stop(signal = stopSignal) {
      if (hasExited()) return
      child.kill(signal)
      const force = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
      await exited
      clearTimeout(force)
    },
  }
}
