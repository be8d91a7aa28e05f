import { chart } from './chart.ts'
import type { Drawing } from './drawing.ts'
import { fieldOf, thresholdColor } from './fields.ts'
import { widthOf } from './svg.ts'
import { formatted } from './units.ts'

/** Grafana's "Bar gauge": a bar for each series, the longest on top. */
export function drawBars({ panel, series, theme, width, height }: Drawing): string {
  const bars = series
    .map(({ name, points }) => ({ name, value: points.at(-1)?.[1] ?? NaN }))
    .filter(({ value }) => Number.isFinite(value))
    .toSorted((a, b) => a.value - b.value || b.name.localeCompare(a.name, 'en'))
  const { unit, thresholds } = fieldOf(panel, '')
  const most = Math.max(...bars.map(({ value }) => value), 0)
  const names = Math.max(...bars.map(({ name }) => widthOf(name, 12)), 0)
  const label = { show: true, position: 'right', color: theme.ink, fontSize: 12, fontWeight: 600 } as const
  return chart(
    {
      grid: { left: names + 26, right: 76, top: 4, bottom: 8 },
      xAxis: { type: 'value', show: false, min: 0, max: most > 0 ? most : 1 },
      yAxis: {
        type: 'category',
        data: bars.map(({ name }) => name),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: theme.ink, fontSize: 12 },
      },
      series: [
        {
          type: 'bar',
          barMaxWidth: 18,
          showBackground: true,
          backgroundStyle: { color: theme.sunken, borderRadius: 4 },
          data: bars.map(({ value }) => ({
            value,
            itemStyle: { color: thresholdColor(thresholds, value) ?? theme.muted, borderRadius: 4 },
            label: { ...label, formatter: formatted(value, unit) },
          })),
        },
      ],
    },
    width,
    height,
  )
}
