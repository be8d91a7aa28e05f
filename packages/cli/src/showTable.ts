import { paint, type Screen } from './screen.ts'

/** Lines of `table`, the headings in bold. */
export function showTable([headings = '', ...rows]: readonly string[], out: Screen): void {
  out.row(paint('bold', headings))
  for (const row of rows) out.row(row)
}
