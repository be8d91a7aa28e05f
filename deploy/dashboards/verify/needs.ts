/** What has to be there besides a running shop, so that a metric is. Each is asked for with `--with`. */
export const needs = {
  /** A cluster with kube-state-metrics, and KEDA's autoscalers. */
  kubernetes: [
    'kube_deployment_spec_replicas',
    'kube_deployment_status_replicas_ready',
    'kube_horizontalpodautoscaler_spec_max_replicas',
  ],
  /** A load campaign in the time that is looked at. */
  campaign: ['petrel_load_phase', 'k6_http_reqs_total', 'k6_dropped_iterations_total'],
  /** Something that failed in it: a counter with labels has no series before it counts for the first time. */
  trouble: [
    'petrel_messages_failed_total',
    'petrel_messages_retried_total',
    'petrel_messages_dead_lettered_total',
    'petrel_records_lost_to_retention_total',
    'petrel_duplicates_dropped_total',
    'shop_orders_declined_total',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type Need = keyof typeof needs

/** Why a metric may be missing; undefined when it must not. */
export const needOf = (metric: string): Need | undefined =>
  (Object.keys(needs) as Need[]).find((need) => (needs[need] as readonly string[]).includes(metric))
