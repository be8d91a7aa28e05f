import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { nameOf, selectorsIn } from '../queries/metrics.ts'
import { allQueries, type PanelQuery } from '../queries/panels.ts'
import type { Prometheus, Range, Series } from '../queries/prometheus.ts'
import { stepFor } from '../queries/runPanel.ts'
import { builtIn, defaultValues, substituted, type Values } from '../queries/variables.ts'
import { needOf, type Need } from './needs.ts'

/** What a query of a panel gave. */
export interface Finding {
  readonly where: string
  readonly expression: string
  /** What is empty: the query, or a metric in it. Nothing when all is well. */
  readonly empty: readonly string[]
  /** Metrics that may be missing here, and why. */
  readonly leftOut: ReadonlyMap<string, Need>
}

interface Asked {
  readonly prometheus: Prometheus
  readonly from: number
  readonly to: number
  /** What there is besides the shop. */
  readonly present: ReadonlySet<Need>
}

/** Runs every query of a dashboard. One about $endpoint must have an answer for one of the endpoints, since not each has sagas. */
export async function verify(dashboard: Dashboard, asked: Asked): Promise<Finding[]> {
  const scrape = await asked.prometheus.scrapeSeconds()
  const range = { from: asked.from, to: asked.to, step: stepFor(asked, 180, scrape) }
  const values = { ...defaultValues(dashboard), ...builtIn(range, scrape) }
  const choices = await choicesOf(dashboard, values, asked.prometheus, range)
  const findings: Finding[] = []
  for (const query of allQueries(dashboard)) findings.push(await look(query, choices, asked, range))
  return findings
}

async function choicesOf({ templating }: Dashboard, values: Values, prometheus: Prometheus, range: Range): Promise<Values[]> {
  if (!templating.list?.some(({ name }) => name === 'endpoint')) return [values]
  const series = await prometheus.range('group by (endpoint) (petrel_messages_handled_total)', range)
  return series.map(({ labels }) => ({ ...values, endpoint: labels['endpoint'] ?? '' }))
}

async function look({ panel, query }: PanelQuery, choices: readonly Values[], asked: Asked, range: Range): Promise<Finding> {
  const metrics = selectorsIn(query.expr)
  const leftOut = new Map(metrics.map(nameOf).flatMap((metric) => excuse(metric, asked.present)))
  const required = metrics.filter((selector) => !leftOut.has(nameOf(selector)))
  // A query that says 0 where nothing failed would hide a metric or a label that nobody has.
  const wanted = required.length === 0 ? [] : [query.expr, ...required.map(withAnyValue)]
  const empty = await keep(wanted, async (expression) => !(await hasAnswer(expression, choices, asked.prometheus, range)))
  return { where: `${panel.title}, ${query.refId}`, expression: query.expr, empty, leftOut }
}

/** The same metric with the same labels, whatever their values are. */
const withAnyValue = (selector: string) => selector.replaceAll(/(\w+)(?:=~|!~|!=|=)"(?!\$namespace)[^"]*"/g, '$1=~".+"')

function excuse(metric: string, present: ReadonlySet<Need>): [string, Need][] {
  const need = needOf(metric)
  return need === undefined || present.has(need) ? [] : [[metric, need]]
}

async function hasAnswer(expression: string, choices: readonly Values[], prometheus: Prometheus, range: Range): Promise<boolean> {
  for (const values of choices) {
    if ((await prometheus.range(substituted(expression, values), range)).some(hasValue)) return true
  }
  return false
}

const hasValue = ({ points }: Series) => points.some(([, value]) => Number.isFinite(value))

async function keep<Item>(items: readonly Item[], isKept: (item: Item) => Promise<boolean>): Promise<Item[]> {
  const kept: Item[] = []
  for (const item of items) if (await isKept(item)) kept.push(item)
  return kept
}
