import { execFile } from 'node:child_process'

export interface CommandOptions {
  /** Goes to its standard input. */
  readonly input?: string
  readonly withinMs?: number
}

/** Runs kubectl against the cluster of KUBECONFIG. @returns what it printed @throws Error with what it complained of */
export const kubectl = (args: readonly string[], options: CommandOptions = {}): Promise<string> =>
  command('kubectl', args, options)

/** As `kubectl`, and reads what it printed. */
export async function kubectlJson<T>(args: readonly string[]): Promise<T> {
  return JSON.parse(await kubectl([...args, '-o', 'json'])) as T
}

/** Runs Helm (`HELM` names another one, for example that of version 4). */
export const helm = (args: readonly string[], options: CommandOptions = {}): Promise<string> =>
  command(process.env['HELM'] ?? 'helm', args, options)

/** Makes or changes what the manifests say. */
export const apply = (namespace: string, ...manifests: readonly object[]): Promise<string> =>
  kubectl(['apply', '-n', namespace, '-f', '-'], { input: manifests.map((each) => JSON.stringify(each)).join('\n---\n') })

function command(program: string, args: readonly string[], { input, withinMs = 600_000 }: CommandOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { timeout: withinMs, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout)
      const said = [stdout, stderr].map((text) => text.trim()).filter((text) => text !== '')
      reject(new Error(`${program} ${args.join(' ')}: ${said.join('\n') || error.message}`, { cause: error }))
    })
    // One that ends without reading has said why.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input ?? '')
  })
}
