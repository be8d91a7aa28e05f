import { execFile } from 'node:child_process'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../..')

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs `npx petrel` as a person at a terminal of this machine does. */
export function petrel(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const command = [join(ROOT, 'packages/cli/bin/petrel.mjs'), ...args]
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: ROOT, env: { ...process.env, ...env } }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })
}
