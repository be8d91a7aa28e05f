import { init } from 'echarts'
import type { Curve } from './curves.ts'

export interface Line {
  readonly name: string
  readonly curve: Curve
  readonly colour: string
  readonly isDashed?: boolean
}

export interface Band {
  readonly name: string
  readonly from: number
  readonly to: number
}

export interface ChartOptions {
  readonly title: string
  readonly lines: readonly Line[]
  /** Phases, in the background. */
  readonly bands: readonly Band[]
  /** What happened, as lines from top to bottom. */
  readonly marks: readonly { readonly second: number; readonly says: string }[]
  /** From 1 to thousands. */
  readonly isLogarithmic?: boolean
  readonly limit?: { readonly value: number; readonly says: string }
}

/** Told apart on white, also by who does not see red and green. */
export const colours = {
  first: { strong: '#1f6fb2', light: '#8fbfe0' },
  second: { strong: '#d95f02', light: '#f2b27a' },
  calm: '#8a8f98',
} as const

const size = { width: 960, height: 300 }

/** A picture as SVG; nothing of it needs a script or the network. */
export function chart({ title, lines, bands, marks, isLogarithmic = false, limit }: ChartOptions): string {
  const picture = init(null, null, { renderer: 'svg', ssr: true, ...size })
  picture.setOption({
    animation: false,
    title: { text: title, left: 0, textStyle: { fontSize: 15 } },
    // Letters are as wide as the reader's, not as those that the room for them is measured with.
    legend: { top: 0, right: 40, itemGap: 30, icon: 'roundRect', itemHeight: 3, data: lines.map(({ name }) => name) },
    grid: { left: 60, right: 20, top: 48, bottom: 28 },
    xAxis: { type: 'value', min: 0, max: 'dataMax', axisLabel: { formatter: clock }, interval: 30 },
    yAxis: isLogarithmic ? { type: 'log', min: 1 } : { type: 'value', min: 0 },
    series: lines.map((line, at) => ({
      name: line.name,
      type: 'line',
      showSymbol: false,
      data: points(line.curve, isLogarithmic),
      color: line.colour,
      lineStyle: { width: 2, type: line.isDashed === true ? 'dashed' : 'solid' },
      ...(at === 0 && { markArea: areasOf(bands), markLine: linesOf(marks, limit) }),
    })),
  })
  const svg = picture.renderToSVGString()
  picture.dispose()
  return svg
}

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`

/** A logarithm has no zero: nothing is drawn as next to nothing. */
const points = (curve: Curve, isLogarithmic: boolean) =>
  curve.map((value, second) => [second, value === undefined ? null : isLogarithmic ? Math.max(1, value) : value])

const areasOf = (bands: readonly Band[]) => ({
  silent: true,
  label: { position: 'insideTop', color: '#59616b', fontSize: 11 },
  data: bands.map(({ name, from, to }, at) => [
    { name, xAxis: from, itemStyle: { color: at % 2 === 0 ? 'rgba(120,130,145,0.08)' : 'rgba(120,130,145,0.18)' } },
    { xAxis: to },
  ]),
})

const linesOf = (marks: ChartOptions['marks'], limit: ChartOptions['limit']) => ({
  silent: true,
  symbol: 'none',
  lineStyle: { color: '#59616b', type: 'dotted' },
  data: [
    ...marks.map(({ second, says }) => ({ xAxis: second, label: { formatter: says, position: 'insideEndTop' } })),
    ...(limit === undefined ? [] : [{ yAxis: limit.value, label: { formatter: limit.says, position: 'insideStartTop' } }]),
  ],
})
