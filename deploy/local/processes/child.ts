import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { type GuardedProcess, letOthersGoFirst, spawnGuarded } from './guardedProcess.ts'
import { claim, holderOf } from './pidFile.ts'
import { Problem } from '../problem.ts'

export interface ChildOptions {
  /** What a person calls it: Kafka, PostgreSQL. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** In addition to ours. */
  readonly env?: Readonly<Record<string, string>>
  /** The account to run it as; only root may choose. */
  readonly uid?: number
  readonly gid?: number
  /** Its output is appended here. */
  readonly logFile: string
  /** Names the process for a later start, which ends it if nobody else could. */
  readonly pidFile: string
  /** Asks it to stop in good order. Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals
  /** Nobody waits for it: it lets others go first, and is ended by force when we end. */
  readonly background?: boolean
}

/** A running server of the stack. */
export interface Child extends GuardedProcess {
  readonly logFile: string
  /** What it wrote since it was started. */
  output(): string
}

/** Starts a server whose output goes to a file, so that it can go on writing whatever becomes of us. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, command, args, logFile, pidFile, background = false, uid, gid } = options
  const stopSignal = background ? 'SIGKILL' : (options.stopSignal ?? 'SIGTERM')
  const env = { ...process.env, ...options.env }
  await endOrphan(pidFile, stopSignal)
  mkdirSync(dirname(logFile), { recursive: true })
  const log = openSync(logFile, 'a')
  const begin = fstatSync(log).size
  const account = { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) }
  try {
    const child = await spawnGuarded(name, command, args, { stdio: ['ignore', log, log], cwd: '/', env, stopSignal, ...account })
    claim(pidFile, child.pid)
    if (background) letOthersGoFirst(child)
    return { ...child, logFile, output: () => readFileSync(logFile).subarray(begin).toString() }
  } finally {
    closeSync(log)
  }
}

/** Ends a process of an earlier run that nobody could end: everything was killed at once, the guard too. */
export async function endOrphan(pidFile: string, stopSignal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const deadline = Date.now() + 10_000
  let orphan = holderOf(pidFile)
  if (orphan !== undefined) process.kill(orphan, stopSignal)
  while (orphan !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    orphan = holderOf(pidFile)
    if (orphan !== undefined && Date.now() > deadline) process.kill(orphan, 'SIGKILL')
  }
}

const LONGEST_START_MS = 60_000

/**
 * Asks again and again until the answer is yes. Stops the program when it takes too long, or when the signal is aborted.
 * @throws Problem with the end of its output when the program ends first or takes too long
 */
export async function whenReady(child: Child, isReady: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + LONGEST_START_MS
  while (!(await isReady())) {
    if (child.hasExited()) {
      if (isDiskFull(child)) throw new Problem(`The disk of ${dirname(child.logFile)} is full. Free some space.`)
      throw new Problem(`${child.name} stopped while starting. ${lastLines(child)}`)
    }
    if (signal?.aborted || Date.now() > deadline) {
      await child.stop(signal?.aborted ? undefined : 'SIGKILL')
      signal?.throwIfAborted()
      throw new Problem(`${child.name} was not ready after ${LONGEST_START_MS / 1000} s. ${lastLines(child)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** It may have had no room left to say so. */
export function isDiskFull(child: Child): boolean {
  const { bavail, bsize } = statfsSync(dirname(child.logFile))
  return bavail * bsize < 1e6 || child.output().includes('No space left on device')
}

function lastLines(child: Child): string {
  const lines = child.output().trimEnd().split('\n').slice(-12)
  return `Its last lines (all of them: ${child.logFile}):\n${lines.map((line) => `    ${line}`).join('\n')}`
}
