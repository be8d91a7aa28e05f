import type { ProjectContext } from '../commandContext.ts'
import { operator } from '../operator.ts'
import type { Screen } from '../screen.ts'
import { execIn, findPlace } from './exec.ts'

/** Runs a command of petrel in a pod, and shows what it says. @returns whether it found something there */
export async function runInCluster(
  { env, out, err }: ProjectContext,
  namespace: string,
  args: readonly string[],
): Promise<boolean> {
  const place = await findPlace(env, namespace)
  // Who has decided is a person out here, and not the pod.
  const by = `PETREL_OPERATOR=${operator(env)}`
  const { code, stdout, stderr } = await execIn(env, namespace, place, ['env', by, 'petrel', ...args])
  show(stdout, out)
  show(stderr, err)
  return code === 0
}

function show(text: string, screen: Screen): void {
  if (text !== '') for (const line of text.trimEnd().split('\n')) screen.line(line)
}

/** The command line without the option that names the namespace. */
export function withoutNamespace(args: readonly string[]): string[] {
  const at = args.findIndex((arg) => arg === '-n' || arg === '--namespace')
  if (at !== -1) return args.toSpliced(at, 2)
  return args.filter((arg) => !arg.startsWith('--namespace=') && !/^-n./.test(arg))
}
