import { run } from '../commandLine.ts'

/** What this command has made carries it, so that `npm run cluster:down` removes nothing else. */
export const MADE_HERE = { 'made-by': 'petrel-quick-start' }
const SELECTOR = Object.entries(MADE_HERE).map(([key, value]) => `${key}=${value}`)[0] as string

/** kubectl and helm, talking to one cluster. */
export interface Kubernetes {
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>
  readonly helm: (args: readonly string[]) => Promise<string>
}

/** @param context of the kubeconfig; without it the current one */
export const kubernetes = (context?: string): Kubernetes => ({
  kubectl: (args, input = '') => run('kubectl', context ? ['--context', context, ...args] : args, { input }),
  helm: (args) => run('helm', context ? ['--kube-context', context, ...args] : args),
})

/** @param object such as `['namespace', 'petrel']` or `['--namespace', 'petrel', 'secret', 'shop']` */
export async function exists({ kubectl }: Kubernetes, object: readonly string[]): Promise<boolean> {
  return (await kubectl(['get', ...object, '--ignore-not-found', '--output=name'])) !== ''
}

/** Makes it when it is not there. @param labels what the namespace must have, whoever made it. */
export async function ensureNamespace(cluster: Kubernetes, name: string, labels: Record<string, string> = {}): Promise<void> {
  if (!(await exists(cluster, ['namespace', name]))) await create(cluster, 'Namespace', { name, labels: MADE_HERE })
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  if (pairs.length > 0) await cluster.kubectl(['label', 'namespace', name, '--overwrite', ...pairs])
}

export async function create(
  { kubectl }: Kubernetes,
  kind: string,
  metadata: { name: string; namespace?: string; labels?: Record<string, string> },
  content: object = {},
): Promise<void> {
  await kubectl(['create', '--filename=-'], JSON.stringify({ apiVersion: 'v1', kind, metadata, ...content }))
}

/** Whether this command made it. */
export async function isMadeHere({ kubectl }: Kubernetes, kind: string, name: string, namespace?: string): Promise<boolean> {
  const where = namespace ? ['--namespace', namespace] : []
  const names = await kubectl(['get', kind, ...where, '--selector', SELECTOR, '--output=jsonpath={.items[*].metadata.name}'])
  return names.split(' ').includes(name)
}
