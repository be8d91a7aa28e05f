import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common'
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard'
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table'
import { atTheEnd, described, type Limits, thresholds, type Words } from './panel.ts'

interface Column {
  readonly name: string
  /** Its values; all columns of a table have the same labels. */
  readonly expression: string
  readonly unit: string
  readonly limits?: Limits
}

interface Rows {
  /** The labels that tell rows apart, and what their columns are called. */
  readonly by: Readonly<Record<string, string>>
  /** Where a click on the first of them leads. */
  readonly link?: string
  /** The column by which they are sorted, the highest first. */
  readonly sortedBy: string
}

const refIds = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** One row for each thing, with what is known of it now. */
export function table(words: Omit<Words, 'unit'>, rows: Rows, columns: readonly Column[]): PanelBuilder {
  const lines = columns.map(({ expression, name }) => [expression, name] as const)
  const panel = described(new PanelBuilder(), { ...words, unit: 'short' })
    .targets(atTheEnd(lines).map((target) => target.format(PromQueryFormat.Table)))
    .transformations([{ id: 'merge', options: {} }, organized(rows, columns)])
    .sortBy([new TableSortByFieldStateBuilder().displayName(rows.sortedBy).desc(true)])
  for (const column of columns) panel.overrideByName(column.name, properties(column))
  const [first] = Object.values(rows.by)
  if (rows.link !== undefined && first !== undefined) panel.overrideByName(first, [linkTo(rows.link)])
  return panel
}

/** Grafana calls what a query gave `Value #A`. */
function organized({ by }: Rows, columns: readonly Column[]) {
  const values = columns.map(({ name }, index) => [`Value #${refIds[index]}`, name] as const)
  const order = [...Object.keys(by), ...values.map(([value]) => value)]
  return {
    id: 'organize',
    options: {
      excludeByName: { Time: true },
      indexByName: Object.fromEntries(order.map((name, index) => [name, index])),
      renameByName: { ...by, ...Object.fromEntries(values) },
    },
  }
}

const properties = ({ unit, limits }: Column): DynamicConfigValue[] => [
  { id: 'unit', value: unit },
  ...(limits === undefined
    ? []
    : [
        { id: 'thresholds', value: thresholds(limits).build() },
        { id: 'custom.cellOptions', value: { type: 'color-text' } },
      ]),
]

const linkTo = (url: string): DynamicConfigValue => ({ id: 'links', value: [{ title: 'Look closer', url }] })
