import type { NamedSeries } from '../queries/runPanel.ts'
import type { Drawing } from './drawing.ts'
import { fieldOf, thresholdColor } from './fields.ts'
import { status } from '../grafana/palette.ts'
import { fitting, rect, text } from './svg.ts'
import { formatted } from './units.ts'

interface Column {
  readonly key: string
  readonly title: string
}
type Row = ReadonlyMap<string, string | number>

/** Grafana's "Table" of queries that were merged: a row for each set of labels, a column for each query. */
export function drawTable({ panel, series, theme, width, height }: Drawing): string {
  const columns = columnsOf(panel.transformations ?? [])
  const rows = sorted(rowsOf(series), columns, panel.options)
  const lineHeight = Math.min(32, (height - 34) / Math.max(rows.length, 1))
  const right = (index: number) => 160 + ((width - 176) * (index + 1)) / (columns.length - 1)
  const cell = (words: string, index: number, y: number, color: string, weight: number, size: number) =>
    index === 0
      ? text(16, y, fitting(words, size, 170), { size, color, weight })
      : text(right(index - 1), y, words, { size, color, weight, anchor: 'end' })
  const head = columns.map(({ title }, index) => cell(title, index, 16, theme.muted, 600, 11)).join('')
  const body = rows.map((row, line) => {
    const y = 30 + line * lineHeight
    const cells = columns.map(({ key, title }, index) => {
      const { words, color } = shown(row.get(key), title, panel)
      return cell(words, index, y + lineHeight / 2 + 4, color ?? theme.ink, index === 0 || color ? 600 : 400, 13)
    })
    return rect({ x: 12, y, width: width - 24, height: 1 }, theme.line) + cells.join('')
  })
  return head + body.join('')
}

/** The order and the names that the panel gives them. */
function columnsOf(transformations: readonly { readonly id: string; readonly options: unknown }[]): Column[] {
  const { options } = transformations.find(({ id }) => id === 'organize') ?? { options: {} }
  const { indexByName = {}, renameByName = {} } = options as Organize
  return Object.entries(indexByName)
    .toSorted(([, a], [, b]) => a - b)
    .map(([key]) => ({ key, title: renameByName[key] ?? key }))
}
interface Organize {
  readonly indexByName?: Readonly<Record<string, number>>
  readonly renameByName?: Readonly<Record<string, string>>
}

function rowsOf(series: readonly NamedSeries[]): Row[] {
  const rows = new Map<string, Map<string, string | number>>()
  for (const { labels, refId, points } of series) {
    const key = JSON.stringify(labels)
    const row = rows.get(key) ?? new Map<string, string | number>(Object.entries(labels))
    rows.set(key, row.set(`Value #${refId}`, points.at(-1)?.[1] ?? NaN))
  }
  return [...rows.values()]
}

function sorted(rows: readonly Row[], columns: readonly Column[], options: unknown): Row[] {
  const { sortBy = [] } = options as { readonly sortBy?: readonly { readonly displayName: string }[] }
  const key = columns.find(({ title }) => title === sortBy[0]?.displayName)?.key ?? ''
  const size = (row: Row) => (Number.isFinite(row.get(key)) ? Number(row.get(key)) : -Infinity)
  return rows.toSorted((a, b) => size(b) - size(a))
}

/** A value that is not good has a shape as well as a colour. */
function shown(value: string | number | undefined, title: string, panel: Drawing['panel']): { words: string; color?: string } {
  if (value === undefined || Number.isNaN(value)) return { words: '–' }
  if (typeof value === 'string') return { words: value }
  const { unit, thresholds, custom } = fieldOf(panel, title)
  const words = formatted(value, unit)
  const color = custom['cellOptions'] === undefined ? undefined : thresholdColor(thresholds, value)
  if (color === undefined || color === status.ok) return { words }
  return { words: `${color === status.fail ? '▲' : '■'} ${words}`, color }
}
