import { collectDefaultMetrics, type OpenMetricsContentType, Registry } from 'prom-client'

/** Where a process keeps its metrics. It speaks OpenMetrics: prom-client has exemplars only there. */
export type MetricsRegistry = Registry<OpenMetricsContentType>

/** The registry of a process, with what Node.js says of itself. @param endpoint or the program's name; a label of every metric */
export function processRegistry(endpoint: string): MetricsRegistry {
  const registry = emptyRegistry(endpoint)
  collectDefaultMetrics({ register: registry })
  return registry
}

/** The same, without what Node.js says of itself: two in one process would measure the same. */
export function emptyRegistry(endpoint: string): MetricsRegistry {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  registry.setDefaultLabels({ endpoint })
  return registry
}
