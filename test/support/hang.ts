import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'

const run = promisify(execFile)

/**
 * Lets a process hang: it answers nothing any more, and does not know it. The signal itself reaches one of its threads first, and on
 * a busy machine the others go on for a while, so this waits. @returns lets it go on
 */
export async function hang(pid: number): Promise<() => void> {
  const goOn = () => void process.kill(pid, 'SIGCONT')
  process.kill(pid, 'SIGSTOP')
  try {
    await eventually(async () => expect((await run('ps', ['-o', 'stat=', '-p', String(pid)])).stdout).toMatch(/^T/))
  } catch (error) {
    goOn()
    throw error
  }
  return goOn
}
