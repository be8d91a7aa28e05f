import { Registry } from 'prom-client'
import type { MetricsRegistry } from './registry.ts'

/** What `/metrics` answers. */
export interface Exposition {
  readonly type: string
  readonly body: string
}

/**
 * All metrics of a registry: as OpenMetrics for whoever asks for it, or else in Prometheus' older text format.
 * @param accept the request's header
 */
export async function expose(registry: MetricsRegistry, accept = ''): Promise<Exposition> {
  const body = await registry.metrics()
  if (accept.includes('application/openmetrics-text')) return { type: Registry.OPENMETRICS_CONTENT_TYPE, body }
  return { type: Registry.PROMETHEUS_CONTENT_TYPE, body: asPlainText(body) }
}

/**
 * The older format has neither exemplars nor an end mark, and its counters have `_total` in their own name, too
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). prom-client can write one registry in one format only.
 */
function asPlainText(openMetrics: string): string {
  return openMetrics
    .replaceAll(/^# HELP (\S+) (.*)\n# TYPE \1 counter$/gm, '# HELP $1_total $2\n# TYPE $1_total counter')
    .replaceAll(/^([^#].*) # \{(?:\w+="[^"]*",?)*\} \S+ \S+$/gm, '$1')
    .replace(/# EOF\n$/, '')
}
