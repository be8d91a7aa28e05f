import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Environment } from '../addresses.ts'
import { execute } from '../execute.ts'
import { Problem } from '../problem.ts'

/** The cluster of KUBECONFIG, as far as kubectl shows it. */
export interface Kubectl {
  /** Runs it with these arguments. @returns what it has written. @throws Problem in a sentence */
  run(...args: readonly string[]): Promise<string>
  /** {@link run}, and reads the JSON that it has written. */
  json(...args: readonly string[]): Promise<unknown>
  /** Runs it until it ends or the consumer leaves, line by line. */
  lines(...args: readonly string[]): AsyncIterable<string>
}

export function kubectl(env: Environment): Kubectl {
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await execute('kubectl', args, env)
    if (code !== 0) throw kubectlProblem(args, code, stderr)
    return stdout
  }
  return {
    run,
    json: async (...args) => JSON.parse(await run(...args, '--output', 'json')) as unknown,
    async *lines(...args) {
      const child = spawn('kubectl', args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
      const ended = new Promise<number | string | null>((resolve) => {
        child.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
        child.on('exit', resolve)
      })
      let stderr = ''
      child.stderr.on('data', (chunk: Buffer) => void (stderr += chunk.toString()))
      try {
        yield* createInterface({ input: child.stdout })
        const code = await ended
        if (code !== 0) throw kubectlProblem(args, code, stderr)
      } finally {
        child.kill()
      }
    },
  }
}

/** What kubectl has said, in a sentence that says what to do. */
export function kubectlProblem(args: readonly string[], code: number | string | null, stderr: string): Problem {
  if (code === 'ENOENT')
    return new Problem('There is no kubectl on the PATH. Install it: https://kubernetes.io/docs/tasks/tools/')
  const said = stderr.trim().split('\n').at(-1) ?? ''
  if (
    /refused|no such host|i\/o timeout|connection reset|unable to connect|no route to host|current-context|provide credentials/i.test(
      stderr,
    )
  )
    return new Problem(
      `No cluster answers: ${said} Set KUBECONFIG to the file of a cluster that runs; kubectl get nodes shows whether it does.`,
    )
  return new Problem(`kubectl ${args.slice(0, 2).join(' ')} failed: ${said || 'it does not say why'}`)
}
