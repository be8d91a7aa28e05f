import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT, START_PID } from '../../deploy/local/folders.ts'
import { Problem } from '../../deploy/local/problem.ts'
import { holderOf } from '../../deploy/local/processes/pidFile.ts'

/** Starts the local system, watched, when none runs. @returns what stops it; one that ran before goes on running */
export async function localSystem(print: (line: string) => void): Promise<AsyncDisposable> {
  if (holderOf(START_PID) !== undefined) return { [Symbol.asyncDispose]: async () => {} }
  print('No local system runs: npm start -- --observe …')
  const bootstrap = join(ROOT, 'deploy/local/bootstrap.mjs')
  const child = spawn(process.execPath, [bootstrap, 'start', '--observe'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const { promise: isUp, resolve } = Promise.withResolvers<void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    print(`  ${line}`)
    if (line.startsWith('Up after')) resolve()
  })
  const failed = ended.then(() => {
    throw new Problem('The local system ended before it was up; it has said why.')
  })
  await Promise.race([isUp, failed])
  failed.catch(() => {})
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
