import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ROOT } from '../../deploy/local/folders.ts'
import type { Exit } from '../../deploy/local/processes/guardedProcess.ts'
import type { TestSystem } from './stack.ts'

const command = join(ROOT, 'packages/cli/bin/petrel.mjs')

/** The `petrel` command as a process. */
export interface Petrel {
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<Exit & { readonly out: string; readonly err: string }>
}

/** Starts `petrel …` against the system. */
export function startPetrel({ addresses, prefix }: TestSystem, ...args: string[]): Petrel {
  const { kafkaBrokers, registryUrl } = addresses
  const env = { ...process.env, KAFKA_BROKERS: kafkaBrokers, SCHEMA_REGISTRY_URL: registryUrl, TOPIC_PREFIX: prefix }
  const child = spawn(process.execPath, [command, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = async () => {
    const output = Promise.all([text(child.stdout), text(child.stderr)])
    const [code, signal] = (await once(child, 'exit')) as [Exit['code'], Exit['signal']]
    const [out, err] = await output
    return { code, signal, out, err }
  }
  return { kill: (signal) => void child.kill(signal), ended: ended() }
}

/** Runs `petrel …` to its end. */
export const petrel = (system: TestSystem, ...args: string[]): Petrel['ended'] => startPetrel(system, ...args).ended
