import { printable } from './printable.ts'

/** A column: its heading, and to which side its cells are aligned. */
export interface Column {
  readonly heading: string
  readonly align?: 'left' | 'right'
}

/** Lines of text with the columns under each other, headings first. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const lines = [columns.map(({ heading }) => heading), ...rows].map((cells) => cells.map(printable))
  const widths = columns.map((_, index) => lines.reduce((width, cells) => Math.max(width, cells[index]?.length ?? 0), 0))
  const cell = (text: string, index: number) =>
    columns[index]?.align === 'right' ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0)
  return lines.map((cells) => cells.map(cell).join('  ').trimEnd())
}
