import { run, succeeds } from '../commandLine.ts'
import type { Settings } from './settings.ts'
import type { ToolName } from './tools.ts'

/** Of the clusters that the quick start makes. */
const NAME = 'petrel'

/** Where the shop is to run. */
export interface Cluster {
  readonly tools: readonly ToolName[]
  /** In the kubeconfig; none: the one that kubectl uses anyway. */
  readonly context?: string
  /** What `npm run images` is told about where its images go; none: what the environment says. */
  readonly imagesInto?: string
  /** Whether it comes without metrics-server, and its kubelets have certificates that nobody has signed. */
  readonly needsMetrics: boolean
  readonly exists: () => Promise<boolean>
  /** How it is made and how it goes; none: it is somebody else's. */
  readonly make?: () => Promise<unknown>
  readonly remove?: () => Promise<unknown>
}

const kind: Cluster = {
  tools: ['docker', 'kind', 'kubectl', 'helm'],
  context: `kind-${NAME}`,
  imagesInto: `kind:${NAME}`,
  needsMetrics: true,
  exists: async () => (await run('kind', ['get', 'clusters'])).split('\n').includes(NAME),
  make: () => run('kind', ['create', 'cluster', '--name', NAME, '--wait', '180s']),
  remove: () => run('kind', ['delete', 'cluster', '--name', NAME]),
}

const minikube: Cluster = {
  tools: ['docker', 'minikube', 'kubectl', 'helm'],
  context: NAME,
  imagesInto: `minikube:${NAME}`,
  needsMetrics: false,
  exists: () => succeeds('minikube', ['status', '--profile', NAME]),
  // Its default network lets everybody through: Calico enforces NetworkPolicies.
  make: () => run('minikube', ['start', '--profile', NAME, '--cpus=4', '--memory=5g', '--cni=calico', '--addons=metrics-server']),
  remove: () => run('minikube', ['delete', '--profile', NAME]),
}

const current: Cluster = {
  tools: ['kubectl', 'helm'],
  needsMetrics: false,
  exists: async () => true,
}

export const CLUSTERS: Readonly<Record<Settings['CLUSTER'], Cluster>> = { kind, minikube, current }
