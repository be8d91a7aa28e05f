import type { EChartsOption, LineSeriesOption, YAXisComponentOption } from 'echarts'
import type { NamedSeries } from '../queries/runPanel.ts'
import { chart } from './chart.ts'
import type { Drawing } from './drawing.ts'
import { colorsOf, type Field, fieldOf } from './fields.ts'
import { legendOf } from './legend.ts'
import { marks } from './marks.ts'
import { placed } from './svg.ts'
import type { Theme } from './theme.ts'
import { formatted } from './units.ts'

/** Grafana's "Time series": lines, their legend below. */
export function drawGraph(drawing: Drawing): string {
  const { panel, series, theme, width, height } = drawing
  const colors = colorsOf(panel, series)
  const shown = series.filter(({ points }) => points.length > 0)
  const items = shown.map((one) => {
    const { unit } = fieldOf(panel, one.name)
    return { name: one.name || 'value', color: colors.get(one.name) ?? theme.muted, highest: formatted(highest(one), unit) }
  })
  const legend = legendOf(items, width, theme)
  const plot = chart(option(drawing, shown, colors), width, height - legend.height)
  return placed(plot, { x: 0, y: 0 }) + legend.draw(height - legend.height)
}

export const highest = ({ points }: NamedSeries): number =>
  points.reduce((most, [, value]) => (Number.isFinite(value) ? Math.max(most, value) : most), -Infinity)

function option(drawing: Drawing, series: readonly NamedSeries[], colors: ReadonlyMap<string, string>): EChartsOption {
  const { panel, range, theme } = drawing
  const lines = series.map((one) => line(one, fieldOf(panel, one.name), colors.get(one.name) ?? theme.muted, drawing))
  return {
    grid: { left: 10, right: 14, top: 18, bottom: 2, containLabel: true },
    xAxis: timeAxis(range, theme),
    yAxis: axes(drawing, series),
    series: [...lines, marks(drawing)],
  }
}

export const timeAxis = ({ from, to }: Drawing['range'], theme: Theme) =>
  ({
    type: 'time',
    min: from * 1000,
    max: to * 1000,
    splitNumber: 6,
    axisLine: { lineStyle: { color: theme.line } },
    axisTick: { show: false },
    axisLabel: { color: theme.muted, fontSize: 10, formatter: '{HH}:{mm}', hideOverlap: true },
    splitLine: { show: false },
  }) as const

function line(series: NamedSeries, field: Field, color: string, { panel, range }: Drawing): LineSeriesOption {
  const isStacked = (field.custom['stacking'] as { mode?: string } | undefined)?.mode === 'normal'
  const fill = Number(field.custom['fillOpacity'] ?? 0) / 100
  return {
    type: 'line',
    name: series.name,
    data: everyStep(series, range, isStacked ? 0 : null),
    showSymbol: false,
    step: field.custom['lineInterpolation'] === 'stepAfter' ? 'end' : false,
    yAxisIndex: isRight(field) && hasLeft(panel) ? 1 : 0,
    itemStyle: { color },
    lineStyle: { color, width: isStacked ? 1.2 : 1.8, join: 'round' },
    ...(fill > 0 && { areaStyle: { color, opacity: fill } }),
    ...(isStacked && { stack: 'all' }),
  }
}

/** Lines lie on each other only where each has a value at each time; a hole in a line is a hole. */
function everyStep(
  { points }: NamedSeries,
  { from, to, step }: Drawing['range'],
  missing: number | null,
): [number, number | null][] {
  const values = new Map(points)
  const times = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step)
  return times.map((time) => {
    const value = values.get(time)
    return [time * 1000, value === undefined || !Number.isFinite(value) ? missing : value]
  })
}

const isRight = ({ custom }: Field) => custom['axisPlacement'] === 'right'
const hasLeft = (panel: Drawing['panel']) => panel.fieldConfig !== undefined

function axes({ panel, theme }: Drawing, series: readonly NamedSeries[]): YAXisComponentOption[] {
  const fields = series.map(({ name }) => fieldOf(panel, name))
  const right = fields.find(isRight)
  const left = fieldOf(panel, '')
  const upTo = panel.fieldConfig?.defaults.max
  return [axis(left, theme, upTo), ...(right === undefined ? [] : [axis(right, theme)])]
}

function axis({ unit, custom }: Field, theme: Theme, upTo?: number): YAXisComponentOption {
  return {
    type: 'value',
    min: ({ min }) => Math.min(0, min),
    max: ({ max }) => upTo ?? ((max > 0 ? undefined : 1) as number),
    splitNumber: 4,
    name: String(custom['axisLabel'] ?? ''),
    nameTextStyle: { color: theme.muted, fontSize: 10, padding: [0, 0, -6, 0] },
    axisLabel: { color: theme.muted, fontSize: 10, formatter: (value: number) => formatted(value, unit) },
    splitLine: { show: custom['axisPlacement'] !== 'right', lineStyle: { color: theme.line, width: 1, opacity: 0.7 } },
  }
}
