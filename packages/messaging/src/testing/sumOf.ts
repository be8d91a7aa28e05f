import type { MetricsRegistry } from '../metrics/registry.ts'

export type Labels = Readonly<Record<string, string | number>>

/** The sum of all series with this name (of a histogram: `…_count`, `…_sum`, `…_bucket`) and at least these labels; 0 when there is none. */
export async function sumOf(registry: MetricsRegistry, name: string, labels: Labels): Promise<number> {
  const metrics = await registry.getMetricsAsJSON()
  return metrics
    .flatMap((metric) => metric.values.map((series) => ({ seriesName: metric.name, ...series })))
    .filter((series) => nameOf(series) === name && has(series.labels, labels))
    .reduce((sum, { value }) => sum + value, 0)
}

const nameOf = (series: { readonly seriesName: string; readonly metricName?: string }) => series.metricName ?? series.seriesName

const has = (all: Partial<Labels>, wanted: Labels) =>
  Object.entries(wanted).every(([name, value]) => String(all[name]) === String(value))
