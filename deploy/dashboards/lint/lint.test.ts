import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus'
import { expect, test } from 'vitest'
import { dashboardNames, readDashboard } from '../files.ts'
import { isRow, panelsOf, queriesOf } from '../queries/panels.ts'
import { faultsOf } from './lint.ts'

test.each(dashboardNames)('the dashboard %s leaves no question to the one who looks at it', (name) => {
  expect(faultsOf(readDashboard(name))).toEqual([])
})

/** The overview, with something wrong in it. */
function spoilt(spoil: (panel: Panel, query: Dataquery, dashboard: Dashboard) => void): string[] {
  const dashboard = readDashboard('overview')
  const panel = panelsOf(dashboard).find(({ type }) => type === 'timeseries')
  const query = panel && queriesOf(panel)[0]
  if (panel === undefined || query === undefined) throw new Error('The overview has no graph.')
  spoil(panel, query, dashboard)
  return faultsOf(dashboard)
}

test.each<[string, Parameters<typeof spoilt>[0], string]>([
  ['a unit', ({ fieldConfig }) => delete fieldConfig?.defaults.unit, 'it has no unit'],
  ['a description', (panel) => (panel.description = 'lag'), 'it does not say what it shows and what to do'],
  ['the Prometheus', (panel) => (panel.datasource = { uid: 'my-prometheus' }), 'its Prometheus is not the one that was chosen'],
  ['a legend', (panel) => (panel.options = { legend: { showLegend: false } }), 'its lines have no legend'],
  ['names of series', (_, query) => (query.legendFormat = ''), 'its series have no name in the legend'],
  [
    'a question',
    (_, __, { panels = [] }) => panels.filter(isRow).forEach((row) => (row.title = 'Misc')),
    'rows that ask nothing: Misc',
  ],
])('%s that is missing is found', (_, spoil, fault) => {
  expect(spoilt(spoil).join('\n')).toContain(fault)
})

test.each([
  ['a window of its own', 'sum(rate(petrel_messages_handled_total{namespace=~"$namespace"}[5m]))', 'a window of its own'],
  ['an average', 'avg(petrel_outbox_rows{namespace=~"$namespace"})', 'it averages'],
  ['a bare counter', 'sum(petrel_messages_handled_total{namespace=~"$namespace"})', 'it shows a counter as it is'],
  ['the rate of a gauge', 'sum(rate(petrel_outbox_rows{namespace=~"$namespace"}[$__rate_interval]))', 'the rate of a gauge'],
  ['another shop', 'sum(petrel_outbox_rows{endpoint="$endpoint"})', 'of every shop'],
  ['a name', 'max(petrel_outbox_rows{namespace=~"$namespace", endpoint="billing"})', 'it names billing'],
])('%s in a query is found', (_, expression, fault) => {
  expect(spoilt((__, query) => (query.expr = expression)).join('\n')).toContain(fault)
})
