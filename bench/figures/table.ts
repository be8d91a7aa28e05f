/** A table in Markdown, the first row being its head. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const [head = [], ...body] = rows.map((row) => `| ${row.join(' | ')} |`)
  const columns = rows[0]?.length ?? 0
  return [head, `|${'---|'.repeat(columns)}`, ...body].join('\n')
}

/** Enough digits to tell values apart: 0.27, 2.7, 27, 270. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return value >= 10 || value === 0 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2)
}
