import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { type GuardedProcess, spawnGuarded } from './guardedProcess.ts'
import { claim, holderOf } from './pidFile.ts'
import { Problem } from './problem.ts'

export interface ChildOptions {
  /** What a person calls it: Kafka, PostgreSQL. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** The account to run it as; only root may choose. */
  readonly uid?: number
  readonly gid?: number
  /** Its output is appended here. */
  readonly logFile: string
  /** Names the process for a later start, which ends it if nobody else could. */
  readonly pidFile: string
  /** Asks it to stop in good order. Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals
}

/** A running server of the stack. */
export interface Child extends GuardedProcess {
  readonly logFile: string
  /** What it wrote since it was started. */
  output(): string
}

/** Starts a server whose output goes to a file, so that it can go on writing whatever becomes of us. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, command, args, logFile, pidFile, stopSignal = 'SIGTERM', uid, gid } = options
  await endOrphan(pidFile, stopSignal)
  mkdirSync(dirname(logFile), { recursive: true })
  const log = openSync(logFile, 'a')
  const begin = statSync(logFile).size
  const account = { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) }
  try {
    const child = await spawnGuarded(name, command, args, { stdio: ['ignore', log, log], cwd: '/', stopSignal, ...account })
    claim(pidFile, child.pid)
    return { ...child, logFile, output: () => readFileSync(logFile).subarray(begin).toString() }
  } finally {
    closeSync(log)
  }
}

/** A process of an earlier run that nobody could end (everything was killed at once, the guard too). */
async function endOrphan(pidFile: string, stopSignal: NodeJS.Signals): Promise<void> {
  const deadline = Date.now() + 10_000
  let orphan = holderOf(pidFile)
  if (orphan !== undefined) process.kill(orphan, stopSignal)
  while (orphan !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    orphan = holderOf(pidFile)
    if (orphan !== undefined && Date.now() > deadline) process.kill(orphan, 'SIGKILL')
  }
}

/**
 * Asks again and again until the answer is yes.
 * @throws Problem with the end of its output when the program ends first or takes too long; it is stopped then.
 */
export async function whenReady(child: Child, isReady: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await isReady())) {
    if (child.hasExited()) throw new Problem(`${child.name} stopped while starting. ${lastWords(child)}`)
    if (Date.now() > deadline) {
      await child.stop('SIGKILL')
      throw new Problem(`${child.name} was not ready after ${withinMs / 1000} s. ${lastWords(child)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function lastWords(child: Child): string {
  const lines = child.output().trimEnd().split('\n').slice(-12)
  return `Its last lines (all of them: ${child.logFile}):\n${lines.map((line) => `    ${line}`).join('\n')}`
}
