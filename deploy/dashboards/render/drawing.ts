import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Range } from '../queries/prometheus.ts'
import type { NamedSeries } from '../queries/runPanel.ts'
import type { Theme } from './theme.ts'

/** A time that is marked on every graph: a phase of a campaign. */
export interface Phase {
  readonly name: string
  readonly from: number
  readonly to: number
}

/** All that a panel's picture is made of. */
export interface Drawing {
  readonly panel: Panel
  readonly series: readonly NamedSeries[]
  readonly range: Range
  readonly phases: readonly Phase[]
  readonly theme: Theme
  readonly width: number
  readonly height: number
}
