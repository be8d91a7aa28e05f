/** A column: its heading, and which side its cells lean to. */
export interface Column {
  readonly heading: string
  readonly align?: 'left' | 'right'
}

/** Lines of text with the columns under each other, headings first. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const headings = columns.map(({ heading }) => heading)
  const widths = columns.map((_, index) => Math.max(...[headings, ...rows].map((row) => row[index]?.length ?? 0)))
  const cell = (text: string, index: number) =>
    columns[index]?.align === 'right' ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0)
  return [headings, ...rows].map((row) => row.map(cell).join('  ').trimEnd())
}
