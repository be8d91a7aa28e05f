import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus'
import { queriesOf } from './panels.ts'
import type { Prometheus, Range, Series } from './prometheus.ts'
import { substituted, type Values } from './variables.ts'

/** A series as a panel shows it. */
export interface NamedSeries extends Series {
  readonly name: string
  readonly refId: string
}

/** Asks what a panel asks, with all variables in place. */
export async function runPanel(panel: Panel, prometheus: Prometheus, range: Range, values: Values): Promise<NamedSeries[]> {
  const answers = await Promise.all(queriesOf(panel).map((query) => runQuery(query, prometheus, range, values)))
  return answers.flat()
}

async function runQuery(query: Dataquery, prometheus: Prometheus, range: Range, values: Values): Promise<NamedSeries[]> {
  const expression = substituted(query.expr, values)
  const found = query.instant ? await prometheus.instant(expression, range.to) : await prometheus.range(expression, range)
  return found.map((series) => ({ ...series, name: legend(query.legendFormat ?? '', series.labels), refId: query.refId ?? '' }))
}

export const legend = (format: string, labels: Series['labels']): string =>
  format.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '').trim()

/** A pleasant step for about as many points as are wanted, and never finer than what was measured. */
export function stepFor({ from, to }: Pick<Range, 'from' | 'to'>, points: number, scrapeSeconds: number): number {
  const wanted = Math.max((to - from) / points, scrapeSeconds)
  return pleasant.find((step) => step >= wanted) ?? wanted
}

const pleasant = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400]
