import { printable } from './printable.ts'

/** A column: its heading, and to which side its cells are aligned. */
export interface Column {
  readonly heading: string
  readonly align?: 'left' | 'right'
}

/** Lines of text with the columns under each other, headings first. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const lines = [columns.map(({ heading }) => heading), ...rows].map((cells) => cells.map(printable))
  const widths = columns.map((_, index) => widthOf(lines.map((cells) => cells[index]?.length ?? 0)))
  const cell = (text: string, index: number) =>
    columns[index]?.align === 'right' ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0)
  return lines.map((cells) => cells.map(cell).join('  ').trimEnd())
}

/** Others can write a text of a megabyte into a message: beside it, all other rows would be a megabyte of spaces. */
const widest = 80

const widthOf = (lengths: readonly number[]) => lengths.reduce((width, length) => Math.max(width, Math.min(length, widest)), 0)
