/** What has to be there besides a running shop, so that a metric is. Each is asked for with `--with`. */
export const needs = {
  /** A cluster with kube-state-metrics, and KEDA's autoscalers. */
  kubernetes: [
    'kube_deployment_spec_replicas',
    'kube_deployment_status_replicas_ready',
    'kube_horizontalpodautoscaler_spec_max_replicas',
  ],
  /** A load campaign in the time that is looked at. */
  campaign: ['petrel_load_phase', 'k6_http_reqs_total'],
  /** Something that failed in it: nobody knows before which errors there will be, and k6 counts what it could not send from the first on. */
  trouble: ['petrel_messages_failed_total', 'k6_dropped_iterations_total'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type Need = keyof typeof needs

/** Why a metric may be missing; undefined when it must not. */
export const needOf = (metric: string): Need | undefined =>
  (Object.keys(needs) as Need[]).find((need) => (needs[need] as readonly string[]).includes(metric))
