import { chart } from './chart.ts'
import type { Drawing } from './drawing.ts'
import { fieldOf, thresholdColor } from './fields.ts'
import { timeAxis } from './graph.ts'
import { escaped, placed, widthOf } from './svg.ts'
import { inUnit } from './units.ts'

/** Grafana's "Stat": one large figure, and in the background how it came to it. */
export function drawFigure(drawing: Drawing): string {
  const { panel, series, theme, width, height } = drawing
  const field = fieldOf(panel, series[0]?.name ?? '')
  const points = (series[0]?.points ?? []).filter(([, value]) => Number.isFinite(value))
  const value = reduced(
    panel.options,
    points.map(([, each]) => each),
  )
  const color = field.color ?? thresholdColor(field.thresholds, value) ?? theme.ink
  const background = placed(sparkline(drawing, points, color), { x: 1, y: height * 0.64 })
  const [amount, suffix] = inUnit(value, field.unit, field.decimals)
  const size = Math.min(height * 0.46, (36 * (width - 30)) / widthOf(`${amount} ${suffix}`, 30))
  return (
    background +
    `<text x="${width / 2}" y="${height * 0.46}" text-anchor="middle" font-weight="650" font-size="${size}" fill="${color}" ` +
    `style="font-variant-numeric: tabular-nums">${escaped(amount)}<tspan font-size="${size * 0.5}" dx="${size * 0.14}">${escaped(suffix)}</tspan></text>`
  )
}

function reduced(options: unknown, values: readonly number[]): number {
  const { calcs = [] } = (options as { readonly reduceOptions?: { readonly calcs?: readonly string[] } }).reduceOptions ?? {}
  return (calcs[0] === 'max' ? values.toSorted((a, b) => b - a)[0] : values.at(-1)) ?? NaN
}

function sparkline({ range, theme, width, height }: Drawing, points: readonly (readonly [number, number])[], color: string) {
  const data = points.map(([time, value]) => [time * 1000, value])
  return chart(
    {
      grid: { left: 0, right: 0, top: 2, bottom: 0 },
      xAxis: { ...timeAxis(range, theme), show: false },
      yAxis: { type: 'value', show: false, min: 0, max: atLeastSomething },
      series: [
        {
          type: 'line',
          data,
          showSymbol: false,
          lineStyle: { color, width: 1.5, opacity: 0.75 },
          areaStyle: { color, opacity: 0.1 },
        },
      ],
    },
    width - 2,
    height * 0.36 + 5,
  )
}

const atLeastSomething = ({ max }: { readonly max: number }) => (max > 0 ? max : 1)
