import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Environment } from '../addresses.ts'
import { petrel } from '../petrel.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command, unless told otherwise where no terminal is. */
export async function runPetrel(args: readonly string[], env: Environment, cwd: string, isTTY = false): Promise<Ran> {
  const [stdout, stderr] = [Object.assign(new PassThrough(), { isTTY }), new PassThrough()]
  const output = Promise.all([text(stdout), text(stderr)])
  const code = await petrel(args, { env, cwd, stdout, stderr })
  stdout.end()
  stderr.end()
  const [out, err] = await output
  return { code, out, err }
}
