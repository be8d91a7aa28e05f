import { type Dashboard, type Panel, VariableType } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus'
import { isRow, queriesOf } from '../queries/panels.ts'
import { services } from '../grafana/palette.ts'

/** Says what is wrong, or nothing. */
type Rule<Subject> = (subject: Subject) => string | false | undefined

export const dashboardRules: readonly Rule<Dashboard>[] = [
  ({ uid = '' }) => !/^petrel-[a-z]+$/.test(uid) && 'its uid is not petrel-<name>: links lead to it',
  ({ description = '' }) => !isSentence(description) && 'it does not say what it is for',
  ({ templating }) =>
    !templating.list?.some(({ type }) => type === VariableType.Datasource) && 'nobody can choose its Prometheus',
  ({ panels = [] }) => panels[0] !== undefined && !isRow(panels[0]) && 'it does not begin with a row',
  ({ panels = [] }) => {
    const unasked = panels.filter((panel) => isRow(panel) && !panel.title?.endsWith('?'))
    return unasked.length > 0 && `rows that ask nothing: ${unasked.map(({ title }) => title).join(', ')}`
  },
  ({ panels = [] }) => new Set(panels.map(({ title }) => title)).size < panels.length && 'two of its panels have one title',
  ({ panels = [] }) => {
    const outside = panels.filter(({ gridPos }) => gridPos === undefined || gridPos.x + gridPos.w > 24)
    return outside.length > 0 && `panels that are wider than it: ${outside.map(({ title }) => title).join(', ')}`
  },
  ({ links = [] }) => links.length === 0 && 'no way leads from it to the others',
]

export const panelRules: readonly Rule<Panel>[] = [
  ({ title = '' }) => title === '' && 'it has no title',
  ({ description = '' }) => !isSentence(description) && 'it does not say what it shows and what to do',
  ({ fieldConfig }) => !fieldConfig?.defaults.unit && 'it has no unit',
  ({ datasource }) => datasource?.uid !== '${datasource}' && 'its Prometheus is not the one that was chosen',
  (panel) => queriesOf(panel).length === 0 && 'it asks nothing',
  ({ type, options }) => type === 'timeseries' && !legendOf(options)?.showLegend && 'its lines have no legend',
  (panel) => new Set(queriesOf(panel).map(({ refId }) => refId)).size < queriesOf(panel).length && 'two queries have one refId',
]

export const queryRules: readonly Rule<Dataquery>[] = [
  ({ datasource }) => datasource?.uid !== '${datasource}' && 'its Prometheus is not the one that was chosen',
  ({ legendFormat = '' }) => legendFormat === '' && 'its series have no name in the legend',
  ({ expr }) => /\[\d+[smhd]\]/.test(expr) && 'it has a window of its own instead of $__rate_interval',
  ({ expr }) => /\b(avg|avg_over_time)\b/.test(expr) && 'it averages, which hides the one that is bad',
  ({ expr }) =>
    /(?<!pg_locks)_(total|count|sum|bucket)\{/.test(expr) && !/\b(rate|increase)\(/.test(expr) && 'it shows a counter as it is',
  ({ expr }) =>
    /\brate\((?!\w+_(total|count|sum|bucket|commit|rollback|deadlocks)\{)/.test(expr) &&
    !isK6(expr) &&
    'it takes the rate of a gauge',
  ({ expr }) => /_bucket\b/.test(expr) && !/\ble\b/.test(expr) && 'it takes buckets without le',
  ({ expr }) => !isK6(expr) && selectsOurs(expr) && 'a metric in it is of every shop, not of $namespace',
  ({ expr }) => namedEndpoints(expr) && `it names ${namedEndpoints(expr)}; use the variable`,
]

const isSentence = (text: string) => /^[A-Z].{15,}\.$/.test(text)
const legendOf = (options: unknown) => (options as { readonly legend?: { readonly showLegend?: boolean } }).legend
const isK6 = (expression: string) => expression.includes('k6_')
const selectsOurs = (expression: string) =>
  (expression.match(/\{/g) ?? []).length > (expression.match(/\$namespace/g) ?? []).length

/** Only client-ui is what customers see, by definition; any other service is a value of $endpoint. */
function namedEndpoints(expression: string): string | undefined {
  return Object.keys(services).find((service) => service !== 'client-ui' && expression.includes(`"${service}"`))
}
