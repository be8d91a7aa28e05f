import type { Value } from './valuesFile.ts'

const begin = '<!-- values: written by npm run charts:docs from values.yaml -->'
const end = '<!-- /values -->'

/** A README with the table of values between its two marks. @throws Error when the marks are not there */
export function withTable(readme: string, values: readonly Value[]): string {
  const [before, rest] = split(readme, begin)
  const [, after] = split(rest, end)
  return `${before}${begin}\n${table(values)}\n${end}${after}`
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  if (at < 0) throw new Error(`The README has no line ${mark}`)
  return [text.slice(0, at), text.slice(at + mark.length)]
}

const table = (values: readonly Value[]) => ['| value | default | what |', '|---|---|---|', ...values.map(row)].join('\n')

const row = ({ path, byDefault, description }: Value) =>
  `| \`${path.join('.')}\` | ${byDefault === undefined ? '' : short(byDefault)} | ${inCell(description)} |`

/** A script as a default is for the file itself. */
const short = (json: string) => (json.length > 120 ? 'see values.yaml' : `\`${inCell(json)}\``)

const inCell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
