import type { NamedSeries } from '../queries/runPanel.ts'
import { chart } from './chart.ts'
import type { Drawing } from './drawing.ts'
import { fieldOf } from './fields.ts'
import { highest } from './graph.ts'
import { text } from './svg.ts'
import { formatted } from './units.ts'

interface Row {
  readonly name: string
  readonly points: NamedSeries['points']
}

/** Grafana's "Heatmap": a row of cells for each series, or for each bucket of a histogram. */
export function drawHeat(drawing: Drawing): string {
  const { panel, series, theme, width, height } = drawing
  const rows = isHistogram(drawing) ? buckets(series, bucketUnit(panel.options)) : byName(series)
  const most = Math.max(0, ...rows.map((row) => highest({ ...row, labels: {}, refId: '' })))
  const scale = 22
  return chart(option(drawing, rows, most), width, height - scale) + colors(drawing, most, height - scale, theme.heat)
}

const isHistogram = ({ panel }: Drawing) => (panel.targets?.[0] as { readonly format?: string } | undefined)?.format === 'heatmap'
const bucketUnit = (options: unknown) => (options as { readonly yAxis?: { readonly unit?: string } }).yAxis?.unit ?? 'short'

const byName = (series: readonly NamedSeries[]): Row[] =>
  series.toSorted((a, b) => b.name.localeCompare(a.name, 'en', { numeric: true })).map(({ name, points }) => ({ name, points }))

/** A bucket counts all that is below its bound; a row shows what is in it and not in the one below. */
function buckets(series: readonly NamedSeries[], unit: string): Row[] {
  const ordered = series.toSorted((a, b) => bound(a) - bound(b))
  const rows = ordered.map((one, index) => {
    const below = new Map(ordered[index - 1]?.points)
    const points = one.points.map(([time, value]) => [time, Math.max(0, value - (below.get(time) ?? 0))] as const)
    return { name: Number.isFinite(bound(one)) ? formatted(bound(one), unit) : 'more', points }
  })
  const used = rows.map(({ points }) => points.some(([, value]) => value > 0.01))
  return rows.slice(Math.max(0, used.indexOf(true) - 1), used.lastIndexOf(true) + 2)
}

const bound = ({ labels }: NamedSeries) => Number((labels['le'] ?? '').replace('+Inf', 'Infinity'))

function option({ range, theme }: Drawing, rows: readonly Row[], most: number) {
  const times = Array.from(
    { length: Math.floor((range.to - range.from) / range.step) + 1 },
    (_, index) => range.from + index * range.step,
  )
  const column = new Map(times.map((time, index) => [time, index]))
  const cells = rows.flatMap(({ points }, row) =>
    points.flatMap(([time, value]) => (value > 0 ? [[column.get(time) ?? 0, row, Math.sqrt(value)]] : [])),
  )
  const label = { color: theme.muted, fontSize: 10 }
  const every = Math.ceil(times.length / 6)
  return {
    grid: { left: 12, right: 14, top: 8, bottom: 0, containLabel: true },
    xAxis: {
      type: 'category' as const,
      data: times.map(clock),
      axisLine: { lineStyle: { color: theme.line } },
      axisTick: { show: false },
      axisLabel: { ...label, interval: (index: number) => index % every === Math.floor(every / 2) },
    },
    yAxis: {
      type: 'category' as const,
      data: rows.map(({ name }) => name),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: label,
    },
    visualMap: { show: false, min: 0, max: Math.sqrt(most) || 1, inRange: { color: [...theme.heat] } },
    series: [{ type: 'heatmap' as const, data: cells, itemStyle: { borderWidth: 0 } }],
  }
}

const clock = (seconds: number) => new Date(seconds * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })

/** What the colours mean. */
function colors({ panel, theme, width }: Drawing, most: number, top: number, heat: readonly string[]): string {
  const { unit } = fieldOf(panel, '')
  const id = `heat-${panel.id}`
  const stops = heat.map((color, index) => `<stop offset="${index / (heat.length - 1)}" stop-color="${color}"/>`).join('')
  const style = { size: 10, color: theme.muted }
  return (
    `<defs><linearGradient id="${id}">${stops}</linearGradient></defs>` +
    `<rect x="${width / 2 - 70}" y="${top + 6}" width="140" height="7" rx="3.5" fill="url(#${id})"/>` +
    text(width / 2 - 78, top + 13, '0', { ...style, anchor: 'end' }) +
    text(width / 2 + 78, top + 13, formatted(most, unit), style)
  )
}
