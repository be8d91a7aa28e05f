import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { allQueries, panelsOf } from '../queries/panels.ts'
import { dashboardRules, panelRules, queryRules } from './rules.ts'

/** What a person would have to find out on the dashboard, in the manner of Grafana's dashboard-linter. */
export function faultsOf(dashboard: Dashboard): string[] {
  const title = dashboard.title ?? ''
  return [
    ...broken(dashboardRules, dashboard, title),
    ...panelsOf(dashboard).flatMap((panel) => broken(panelRules, panel, `${title}, ${panel.title}`)),
    ...allQueries(dashboard).flatMap(({ panel, query }) =>
      broken(queryRules, query, `${title}, ${panel.title}, query ${query.refId}`),
    ),
  ]
}

const broken = <Subject>(rules: readonly ((subject: Subject) => string | false | undefined)[], subject: Subject, where: string) =>
  rules.flatMap((rule) => {
    const fault = rule(subject)
    return fault ? [`${where}: ${fault}`] : []
  })
