import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  RowBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { runbooksVariable } from './runbooks.ts'
import { quiet } from './palette.ts'
import { datasource, datasourceVariable, namespaceVariable } from './variables.ts'

/** A row answers one question, which is its title. */
export interface Row {
  readonly question: string
  readonly panels: readonly Builder<Panel>[]
}

interface Board {
  /** The last part of its address, and the name of its file. */
  readonly name: string
  readonly title: string
  readonly description: string
  /** Besides Prometheus and the namespace. */
  readonly variables?: readonly Builder<VariableModel>[]
  readonly rows: readonly Row[]
}

const tag = 'petrel'

/** Where Grafana finds a dashboard: `/d/<uid>`. */
export const uidOf = (name: string): string => `${tag}-${name}`

export function board({ name, title, description, variables = [], rows }: Board): Dashboard {
  const dashboard = new DashboardBuilder(`Petrel: ${title}`)
    .uid(uidOf(name))
    .description(description)
    .tags([tag])
    .readonly()
    .time({ from: 'now-30m', to: 'now' })
    .refresh('10s')
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([datasourceVariable(), namespaceVariable(), ...variables, runbooksVariable()])
    .annotations([phases()])
    .link(toTheOthers())
  for (const { question, panels } of rows) addRow(dashboard, question, panels)
  return withIds(dashboard.build())
}

function addRow(dashboard: DashboardBuilder, question: string, panels: readonly Builder<Panel>[]): void {
  dashboard.withRow(new RowBuilder(question))
  for (const panel of panels) dashboard.withPanel(panel)
}

/** Addresses of panels have it; it must not change from one generation to the next without a reason. */
const withIds = (dashboard: Dashboard): Dashboard => ({
  ...dashboard,
  panels: (dashboard.panels ?? []).map((panel, index) => ({ ...panel, id: index + 1 })),
})

const toTheOthers = () =>
  new DashboardLinkBuilder('Petrel').type(DashboardLinkType.Dashboards).tags([tag]).keepTime(true).includeVars(true)

/** What the load campaign was doing then. Without a campaign there is nothing to mark. */
const phases = () =>
  new AnnotationQueryBuilder()
    .name('Load campaign')
    .datasource(datasource)
    .enable(true)
    .iconColor(quiet)
    .expr('petrel_load_phase == 1')
    .titleFormat('{{phase}}')
    .textFormat('{{campaign}}')
    .tagKeys('campaign,phase')
    .step('5s')
