import type { LineSeriesOption } from 'echarts'
import type { Drawing } from './drawing.ts'
import { fieldOf } from './fields.ts'
import { widthOf } from './svg.ts'

/** What lies behind the lines: thresholds, dashed, and a campaign's phases, by name. */
export function marks({ panel, phases, theme, range, width }: Drawing): LineSeriesOption {
  const fits = (name: string, seconds: number) => widthOf(name, 9.5) < (seconds / (range.to - range.from)) * (width - 70)
  const { thresholds, custom } = fieldOf(panel, '')
  const isShown = ((custom['thresholdsStyle'] as { mode?: string } | undefined)?.mode ?? 'off') !== 'off'
  const limits = isShown ? thresholds.flatMap(({ value, color }) => (value === null ? [] : [{ value, color }])) : []
  return {
    type: 'line',
    data: [[range.from * 1000, null]],
    silent: true,
    markLine: {
      symbol: 'none',
      label: { show: false },
      data: limits.map(({ value, color }) => ({ yAxis: value, lineStyle: { color, type: 'dashed', width: 1.2 } })),
    },
    markArea: {
      label: { color: theme.muted, fontSize: 9.5, position: 'top', distance: 3 },
      data: phases.map(({ name, from, to }, index) => [
        {
          name: fits(name, to - from) ? name : '',
          xAxis: from * 1000,
          itemStyle: { color: theme.ink, opacity: index % 2 === 0 ? 0 : 0.04 },
        },
        { xAxis: to * 1000 },
      ]),
    },
  }
}
