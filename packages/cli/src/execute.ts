import { execFile } from 'node:child_process'
import type { Environment } from './addresses.ts'

/** How a program ended, and what it has said. */
export interface Ended {
  /** `ENOENT` when there is no such program. */
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

const mostOutputBytes = 64 * 1024 * 1024

/** Runs a program to its end, whatever that is. Arguments go as they are: no shell reads them. */
export function execute(program: string, args: readonly string[], env: Environment): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { env, maxBuffer: mostOutputBytes }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? error.message), stdout, stderr }),
    )
  })
}
