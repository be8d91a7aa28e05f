import { run, type RunOptions } from '../../../deploy/commandLine.ts'

/** Longer than what any test waits for. */
const patience: RunOptions = { withinMs: 600_000 }

/** Runs kubectl against the cluster of KUBECONFIG. @returns what it printed @throws Error with what it complained of */
export const kubectl = (args: readonly string[], options: RunOptions = {}): Promise<string> =>
  run('kubectl', args, { ...patience, ...options })

/** As `kubectl`, and reads what it printed. */
export async function kubectlJson<T>(args: readonly string[]): Promise<T> {
  return JSON.parse(await kubectl([...args, '-o', 'json'])) as T
}

/** Runs Helm (`HELM` names another one, for example that of version 4). */
export const helm = (args: readonly string[], options: RunOptions = {}): Promise<string> =>
  run(process.env['HELM'] ?? 'helm', args, { ...patience, ...options })

/** Makes or changes what the manifests say. */
export const apply = (namespace: string, ...manifests: readonly object[]): Promise<string> =>
  kubectl(['apply', '-n', namespace, '-f', '-'], { input: manifests.map((each) => JSON.stringify(each)).join('\n---\n') })
