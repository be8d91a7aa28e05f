import type { EChartsOption, LineSeriesOption, YAXisComponentOption } from 'echarts'
import type { NamedSeries } from '../queries/runPanel.ts'
import { chart } from './chart.ts'
import type { Drawing } from './drawing.ts'
import { colorsOf, type Field, fieldOf } from './fields.ts'
import { legendOf } from './legend.ts'
import { marks } from './marks.ts'
import { placed } from './svg.ts'
import type { Theme } from './theme.ts'
import { type Scale, scaleFor } from './scale.ts'
import { formatted, onAxis } from './units.ts'

/** Grafana's "Time series": lines, their legend below. */
export function drawGraph(drawing: Drawing): string {
  const { panel, series, theme, width, height } = drawing
  const colors = colorsOf(panel, series)
  const shown = series.filter((one) => Number.isFinite(highest(one)))
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
  const yAxis = axes(drawing, series)
  const lines = series.map((one) => line(one, fieldOf(panel, one.name), colors.get(one.name) ?? theme.muted, drawing))
  return {
    // Names of axes stand above the names of phases.
    grid: { left: 10, right: 14, top: yAxis.length > 1 ? 34 : 18, bottom: 2, containLabel: true },
    xAxis: timeAxis(range, theme),
    yAxis,
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
    axisLabel: {
      color: theme.muted,
      fontSize: 10,
      formatter: to - from < 300 ? '{HH}:{mm}:{ss}' : '{HH}:{mm}',
      hideOverlap: true,
      showMaxLabel: false,
    },
    splitLine: { show: false },
  }) as const

function line(series: NamedSeries, field: Field, color: string, { range }: Drawing): LineSeriesOption {
  const stacked = isStacked(field)
  const opacity = stacked ? 0.6 : Number(field.custom['fillOpacity'] ?? 0) / 100
  return {
    type: 'line',
    name: series.name,
    data: everyStep(series, range, stacked ? 0 : null),
    showSymbol: false,
    step: field.custom['lineInterpolation'] === 'stepAfter' ? 'end' : false,
    yAxisIndex: isRight(field) ? 1 : 0,
    itemStyle: { color },
    lineStyle: { color, width: stacked ? 0 : 1.8, join: 'round' },
    ...(opacity > 0 && { areaStyle: { color, opacity } }),
    ...(stacked && { stack: 'all' }),
  }
}

const isStacked = ({ custom }: Field) => (custom['stacking'] as { mode?: string } | undefined)?.mode === 'normal'

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

function axes({ panel, theme }: Drawing, series: readonly NamedSeries[]): YAXisComponentOption[] {
  const [right, left] = sides(panel, series)
  const upTo = panel.fieldConfig?.defaults.max
  const leftMost = isStacked(fieldOf(panel, '')) ? highestSum(left) : highestOf(left)
  const axesDrawn = [axis(fieldOf(panel, ''), theme, scaleFor(upTo ?? leftMost, fieldOf(panel, '').unit))]
  if (right[0] === undefined) return axesDrawn
  const field = fieldOf(panel, right[0].name)
  return [...axesDrawn, axis(field, theme, scaleFor(highestOf(right), field.unit))]
}

function sides(panel: Drawing['panel'], series: readonly NamedSeries[]): [right: NamedSeries[], left: NamedSeries[]] {
  const onTheRight = (one: NamedSeries) => isRight(fieldOf(panel, one.name))
  return [series.filter(onTheRight), series.filter((one) => !onTheRight(one))]
}

const highestOf = (series: readonly NamedSeries[]) => Math.max(0, ...series.map(highest))

function highestSum(series: readonly NamedSeries[]): number {
  const sums = new Map<number, number>()
  for (const [time, value] of series.flatMap(({ points }) => points)) {
    if (Number.isFinite(value)) sums.set(time, (sums.get(time) ?? 0) + value)
  }
  return Math.max(0, ...sums.values())
}

function axis({ unit, custom }: Field, theme: Theme, { max, interval }: Scale): YAXisComponentOption {
  const isOnTheRight = custom['axisPlacement'] === 'right'
  return {
    type: 'value',
    min: ({ min }) => Math.min(0, min),
    max,
    interval,
    name: typeof custom['axisLabel'] === 'string' ? custom['axisLabel'] : '',
    nameTextStyle: { color: theme.muted, fontSize: 10, padding: [0, 0, 2, 0], align: isOnTheRight ? 'right' : 'left' },
    axisLabel: { color: theme.muted, fontSize: 10, formatter: (value: number) => onAxis(value, unit) },
    splitLine: { show: !isOnTheRight, lineStyle: { color: theme.line, width: 1, opacity: 0.7 } },
  }
}
