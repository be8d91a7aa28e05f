import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus'

/** A query of a panel, and where it stands. */
export interface PanelQuery {
  readonly panel: Panel
  readonly query: Dataquery
}

/** The panels that show something, in their order. */
export const panelsOf = ({ panels = [] }: Dashboard): Panel[] => panels.filter((panel): panel is Panel => !isRow(panel))

export const isRow = (panel: Panel | RowPanel): panel is RowPanel => panel.type === 'row'

/** Only Prometheus is asked here. */
export const queriesOf = (panel: Panel): Dataquery[] => (panel.targets ?? []) as Dataquery[]

export const allQueries = (dashboard: Dashboard): PanelQuery[] =>
  panelsOf(dashboard).flatMap((panel) => queriesOf(panel).map((query) => ({ panel, query })))
