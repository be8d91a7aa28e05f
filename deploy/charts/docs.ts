import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { ROOT } from '../local/folders.ts'
import { describeSchema, type Schema } from './describeSchema.ts'
import { shopSchema } from './shopSchema.ts'
import { valuesOf } from './valuesFile.ts'
import { withTable } from './valuesTable.ts'

// `npm run charts:docs`: the schemas' descriptions and the README's table, from the comments in values.yaml. With --check it
// writes nothing and says what would change.
const isCheck = process.argv.includes('--check')

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const stale = [...documents()].filter(([path, text]) => read(path) !== text)
if (!isCheck) for (const [path, text] of stale) writeFileSync(join(ROOT, path), text)
for (const [path] of stale)
  console.log(isCheck ? `${path} is not what values.yaml says: npm run charts:docs` : `${path} written.`)
process.exitCode = isCheck && stale.length > 0 ? 1 : 0

/** Path → content of every file that is written from others. */
function documents(): ReadonlyMap<string, string> {
  const values = valuesOf(read('charts/subscriber/values.yaml'))
  const schema = describeSchema(JSON.parse(read('charts/subscriber/values.schema.json')) as Schema, values)
  const { dependencies } = parse(read('charts/shop/Chart.yaml')) as { dependencies: { alias: string }[] }
  const aliases = dependencies.map(({ alias }) => alias)
  return new Map([
    ['charts/subscriber/values.schema.json', formatted(schema)],
    ['charts/subscriber/README.md', withTable(read('charts/subscriber/README.md'), values)],
    ['charts/shop/values.schema.json', formatted(shopSchema(schema, aliases))],
  ])
}

/** As the formatter likes it. */
function formatted(schema: Schema): string {
  const input = JSON.stringify(schema)
  return execFileSync(join(ROOT, 'node_modules', '.bin', 'oxfmt'), ['--stdin-filepath', 'schema.json'], {
    input,
    encoding: 'utf8',
  })
}
