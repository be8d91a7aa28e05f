import { collectDefaultMetrics, type OpenMetricsContentType, Registry } from 'prom-client'

/** Where a process keeps its metrics. It speaks OpenMetrics: prom-client has exemplars only there. */
export type MetricsRegistry = Registry<OpenMetricsContentType>

/** The registry of a process. @param endpoint or the program's name: a label of every metric */
export function processRegistry(endpoint: string): MetricsRegistry {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  registry.setDefaultLabels({ endpoint })
  return registry
}

/**
 * How finely the event loop's delay is measured, in milliseconds: a timer that fires so often costs 0.2 % of a core. With
 * prom-client's 10 it is twice as much, in each idle process.
 */
const eventLoopMonitoringPrecision = 20

/** What Node.js says of the process. Only where somebody can ask for it: an idle process is to cost next to nothing. */
export function measureNode(registry: MetricsRegistry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision })
}
