import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeValueMode,
  BigValueColorMode,
  BigValueGraphMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common'
import { PanelBuilder as BarGaugeBuilder } from '@grafana/grafana-foundation-sdk/bargauge'
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { accent } from './palette.ts'
import { atTheEnd, described, fixed, type Limits, type Line, overTime, thresholds, type Words } from './panel.ts'

/** Which of the values over the time is the figure. */
type Which = 'last' | 'highest'
const calcs: Readonly<Record<Which, string>> = { last: 'lastNotNull', highest: 'max' }

interface StatStyle {
  readonly limits?: Limits
  readonly which?: Which
  readonly decimals?: number
}

const statHeight = 4

/** One large figure, and how it came to it. */
export function figure(words: Words, line: Line, { limits, which = 'last', decimals }: StatStyle = {}): StatBuilder {
  const panel = described(new StatBuilder(), { height: statHeight, ...words })
    .targets(overTime([line]))
    .graphMode(BigValueGraphMode.Area)
    .colorMode(BigValueColorMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs([calcs[which]]))
  if (decimals !== undefined) panel.decimals(decimals)
  if (limits === undefined) return panel.colorScheme(fixed(accent))
  return panel.thresholds(thresholds(limits)).colorScheme(byThreshold())
}

/** A bar for each of a few things that are compared now. */
export const bars = (words: Words, line: Line, limits: Limits): BarGaugeBuilder =>
  described(new BarGaugeBuilder(), words)
    .targets(atTheEnd([line]))
    .min(0)
    .thresholds(thresholds(limits))
    .colorScheme(byThreshold())
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .valueMode(BarGaugeValueMode.Color)
    .namePlacement(BarGaugeNamePlacement.Left)
    .showUnfilled(true)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs([calcs.last]))

const byThreshold = () => new FieldColorBuilder().mode(FieldColorModeId.Thresholds)
