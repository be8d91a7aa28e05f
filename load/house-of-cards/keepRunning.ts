import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { COMPILED, ROOT } from '../../deploy/local/folders.ts'
import { answersOk } from '../../deploy/local/processes/answersOk.ts'
import { backOff } from '../../deploy/local/processes/backOff.ts'
import { type GuardedProcess, spawnGuarded } from '../../deploy/local/processes/guardedProcess.ts'
import { flagsOf, FRUGAL } from '../../deploy/local/processes/serviceProcess.ts'
import { Problem } from '../../deploy/local/problem.ts'

export interface Program {
  readonly name: string
  /** The file that starts it. */
  readonly main: string
  readonly env: Readonly<Record<string, string>>
  /** 2xx when it does its work. */
  readonly readyUrl: string
  readonly logsDir: string
}

/** A process that is started again whenever it ends, as the real shop's are. */
export interface Running {
  pid(): number
  /** SIGKILL; resolves when its successor does its work. */
  crash(): Promise<void>
  stop(): Promise<void>
}

const longestStartMs = 60_000

/** Resolves when it does its work. */
export async function keepRunning(program: Program): Promise<Running> {
  mkdirSync(program.logsDir, { recursive: true })
  const log = createWriteStream(join(program.logsDir, `${program.name}.log`), { flags: 'a' })
  const pauseMs = backOff()
  const over = new AbortController()
  let startedAt = Date.now()
  let child = await begin(program, log)
  await untilReady(program, child).catch(async (error: unknown) => {
    await child.stop()
    throw error
  })
  const kept = keep()

  async function keep(): Promise<void> {
    for (;;) {
      await child.exited
      if (over.signal.aborted) return
      await sleep(pauseMs(Date.now() - startedAt), undefined, { signal: over.signal }).catch(() => {})
      if (over.signal.aborted) return
      startedAt = Date.now()
      child = await begin(program, log)
    }
  }
  return {
    pid: () => child.pid,
    async crash() {
      const { pid } = child
      child.kill('SIGKILL')
      await child.exited
      while (child.pid === pid) await sleep(20)
      await untilReady(program, child)
    },
    async stop() {
      over.abort()
      await child.stop()
      await kept
      log.end()
    },
  }
}

async function begin(program: Program, log: WriteStream): Promise<GuardedProcess> {
  const { name, main, env } = program
  const child = await spawnGuarded(name, process.execPath, [...flagsOf(name), main], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...FRUGAL, NODE_COMPILE_CACHE: COMPILED, ...env },
  })
  for (const stream of [child.stdout, child.stderr]) stream?.pipe(log, { end: false })
  return child
}

async function untilReady({ name, readyUrl, logsDir }: Program, child: GuardedProcess): Promise<void> {
  const deadline = Date.now() + longestStartMs
  while (!(await answersOk(readyUrl))) {
    if (child.hasExited() || Date.now() > deadline)
      throw new Problem(`${name} did not start. Its log: ${join(logsDir, `${name}.log`)}`)
    await sleep(50)
  }
}
