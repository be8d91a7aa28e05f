import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A process that is one member of the group. */
export interface Replica {
  /** SIGTERM; resolves when the process has ended. */
  leave(): Promise<void>
}

/** kafkajs, where it is not patched, arms timers in the past. */
const quiet = '--disable-warning=TimeoutNegativeWarning'

/** Resolves when it has joined, which it says on its standard output. */
export async function startReplica(main: string, env: NodeJS.ProcessEnv): Promise<Replica> {
  const child = spawn(process.execPath, [...process.execArgv, quiet, main], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  await untilJoined(child)
  return {
    async leave() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

async function untilJoined({ stdout }: ChildProcess): Promise<void> {
  if (stdout === null) throw new Error('the replica has no output')
  const { promise: joined, resolve, reject } = Promise.withResolvers<void>()
  createInterface({ input: stdout })
    .on('line', (line) => line.includes('"event":"joined"') && resolve())
    .on('close', () => reject(new Error('the replica ended before it joined')))
  return joined
}
