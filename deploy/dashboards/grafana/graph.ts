import {
  AxisPlacement,
  GraphGradientMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import { described, type Limits, type Line, overTime, seriesColors, thresholds, type Words } from './panel.ts'

interface Style {
  /** One on the other: for parts of a whole. */
  readonly stacked?: boolean
  readonly limits?: Limits
  /** Colours of series that no service has, by how their names begin. */
  readonly colors?: Readonly<Record<string, string>>
  /** Of series on an axis of their own, on the right: a regular expression. */
  readonly right?: { readonly names: string; readonly unit: string; readonly label: string }
  /** What the left axis counts, where there are two. */
  readonly left?: string
  /** At most this, for shares. */
  readonly upTo?: number
}

/** Lines over time, with the highest value of each in the legend. */
export function graph(words: Words, lines: readonly Line[], style: Style = {}): PanelBuilder {
  const panel = described(new PanelBuilder(), words)
    .targets(overTime(lines))
    .min(0)
    .lineWidth(2)
    .fillOpacity(style.stacked ? 35 : 8)
    .gradientMode(GraphGradientMode.None)
    .lineInterpolation(LineInterpolation.Linear)
    .showPoints(VisibilityMode.Never)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .legend(legend())
    .tooltip(highestFirst())
  for (const [regexp, properties] of seriesColors(lines, style.colors)) panel.overrideByRegexp(regexp, properties)
  return styled(panel, style)
}

function styled(panel: PanelBuilder, { stacked, limits, right, left, upTo }: Style): PanelBuilder {
  if (stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
  if (limits) panel.thresholds(thresholds(limits)).thresholdsStyle(dashedLine())
  if (left !== undefined) panel.axisLabel(left)
  if (upTo !== undefined) panel.max(upTo)
  if (right) panel.overrideByRegexp(right.names, rightAxis(right))
  return panel
}

const legend = () =>
  new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .calcs(['max'])

// oxlint-disable-next-line unicorn/no-array-sort -- no array, a builder
const highestFirst = () => new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending)

const dashedLine = () => new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed)

const rightAxis = ({ unit, label }: { readonly unit: string; readonly label: string }) => [
  { id: 'unit', value: unit },
  { id: 'custom.axisPlacement', value: AxisPlacement.Right },
  { id: 'custom.axisLabel', value: label },
  { id: 'custom.fillOpacity', value: 0 },
  { id: 'custom.lineInterpolation', value: LineInterpolation.StepAfter },
]
