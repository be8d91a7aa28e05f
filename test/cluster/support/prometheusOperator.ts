import { kubectl, kubectlJson } from './kubectl.ts'

/** A Prometheus that an operator runs in the cluster. */
export interface OperatedPrometheus {
  readonly namespace: string
  /** Labels that a PodMonitor must have, or it is not its. */
  readonly monitorLabels: Readonly<Record<string, string>>
}

/** What Prometheus says about a pod that it asks. */
export interface Target {
  readonly health: 'up' | 'down' | 'unknown'
  readonly lastError: string
  readonly labels: Readonly<Record<string, string>>
}

interface Prometheuses {
  readonly items: readonly {
    readonly metadata: { readonly namespace: string }
    readonly spec: { readonly podMonitorSelector?: { readonly matchLabels?: Readonly<Record<string, string>> } }
    readonly status?: { readonly availableReplicas?: number }
  }[]
}

/** @returns undefined where no operator runs one */
export async function operatedPrometheus(): Promise<OperatedPrometheus | undefined> {
  const kinds = await kubectl(['api-resources', '--api-group=monitoring.coreos.com', '-o', 'name'])
  if (!kinds.includes('prometheuses.')) return undefined
  const { items } = await kubectlJson<Prometheuses>(['get', 'prometheuses.monitoring.coreos.com', '--all-namespaces'])
  const running = items.find(({ status }) => (status?.availableReplicas ?? 0) > 0)
  if (running === undefined) return undefined
  return { namespace: running.metadata.namespace, monitorLabels: running.spec.podMonitorSelector?.matchLabels ?? {} }
}

/** What it asks in a namespace; the API server carries the question to it. */
export async function targetsIn(namespace: string, prometheus: OperatedPrometheus): Promise<Target[]> {
  const service = `/api/v1/namespaces/${prometheus.namespace}/services/prometheus-operated:web/proxy`
  const answer = await kubectl(['get', '--raw', `${service}/api/v1/targets?state=active`])
  const { data } = JSON.parse(answer) as { readonly data: { readonly activeTargets: readonly Target[] } }
  return data.activeTargets.filter(({ labels }) => labels['namespace'] === namespace)
}
