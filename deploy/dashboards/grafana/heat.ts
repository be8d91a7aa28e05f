import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap'
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { described, type Line, overTime, type Words } from './panel.ts'

/** A row of cells for each series, darker where more is. */
export const heat = (words: Words, line: Line): PanelBuilder => heatmap(words, line, PromQueryFormat.TimeSeries)

/** How a histogram's values are spread, from the series of its buckets (by `le`). */
export const spread = (words: Words, line: Line, bucketUnit: string): PanelBuilder =>
  heatmap(words, line, PromQueryFormat.Heatmap).yAxis(new YAxisConfigBuilder().unit(bucketUnit))

const heatmap = (words: Words, line: Line, format: PromQueryFormat) =>
  described(new PanelBuilder(), words)
    .targets(overTime([line]).map((target) => target.format(format)))
    .calculate(false)
    .cellGap(1)
    .color(colors())
    .showLegend()

const colors = () =>
  new HeatmapColorOptionsBuilder()
    .mode(HeatmapColorMode.Scheme)
    .scheme('Blues')
    .steps(64)
    .exponent(0.5)
    .fill('dark-blue')
    .reverse(false)
