import type { AnnotationQuery, Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Prometheus, Range, Series } from '../queries/prometheus.ts'
import { legend } from '../queries/runPanel.ts'
import type { Phase } from './drawing.ts'

/** What the dashboard's annotations mark, in the order of time. */
export async function phasesIn({ annotations }: Dashboard, prometheus: Prometheus, range: Range): Promise<Phase[]> {
  const queries = (annotations.list ?? []).filter(({ enable, expr }) => enable && expr !== undefined)
  const found = await Promise.all(queries.map((query) => ofQuery(query, prometheus, range)))
  return found.flat().toSorted((a, b) => a.from - b.from)
}

async function ofQuery({ expr = '', titleFormat = '' }: AnnotationQuery, prometheus: Prometheus, range: Range): Promise<Phase[]> {
  const series = await prometheus.range(expr, range)
  return series.flatMap((one) =>
    stretches(one, range.step).map((stretch) => ({ ...stretch, name: legend(titleFormat, one.labels) })),
  )
}

/** Where there is a value at each step, without a hole. */
function stretches({ points }: Series, step: number): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = []
  for (const [time] of points) {
    const last = found.at(-1)
    if (last !== undefined && time - last.to <= step) last.to = time
    else found.push({ from: time, to: time })
  }
  return found.map(({ from, to }) => ({ from, to: to + step }))
}
