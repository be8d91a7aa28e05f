import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readSchemas } from './avro.ts'
import { compare } from './compatibility.ts'
import { type Finding, printed } from './findings.ts'
import { generate } from './generate.ts'
import { pastSchemas } from './history.ts'
import { lint } from './lint.ts'

const usage = `node packages/contracts/cli.ts <what>
  generate                      write packages/contracts/src from schemas/
  lint                          the rules for schemas
  check                         lint, and whether the generated files are up to date
  compatible [--base REVISION]  whether old and new versions of each schema can read each other (base: origin/main)`

const repository = join(import.meta.dirname, '../..')
const target = join(import.meta.dirname, 'src')
const schemas = () => readSchemas(join(repository, 'schemas'))

const commands: Readonly<Record<string, (base: string) => boolean>> = {
  generate: () => report(lint(schemas()), 'the schemas keep the rules') && write(),
  lint: () => report(lint(schemas()), 'the schemas keep the rules'),
  check: () => report(lint(schemas()), 'the schemas keep the rules') && isUpToDate(),
  compatible(base) {
    const past = pastSchemas(repository, base)
    if (past === undefined) return say(`There is no revision ${base}: nothing to compare with.`)
    if (past.length === 0) return say(`There are no schemas in ${base}: nothing to compare with.`)
    return report(compare(schemas(), past), `compatible with all ${past.length} versions up to ${base}`)
  },
}

function write(): boolean {
  mkdirSync(target, { recursive: true })
  const files = generate(schemas())
  for (const [file, text] of files) writeFileSync(join(target, file), text)
  for (const file of readdirSync(target)) if (!files.has(file)) rmSync(join(target, file))
  return say(`${files.size} files written.`)
}

function isUpToDate(): boolean {
  const files = generate(schemas())
  const current = (file: string) => (existsSync(join(target, file)) ? readFileSync(join(target, file), 'utf8') : undefined)
  const stale = [...files].filter(([file, text]) => current(file) !== text).map(([file]) => file)
  const left = readdirSync(target).filter((file) => !files.has(file))
  if (stale.length + left.length === 0) return say('The generated files are up to date.')
  process.stderr.write(`Not what the schemas say: ${[...stale, ...left].join(', ')}. Run \`npm run contracts\`.\n`)
  return false
}

function report(findings: readonly Finding[], fine: string): boolean {
  if (findings.length === 0) return say(`Contracts: ${fine}.`)
  process.stderr.write(`${findings.map(printed).join('\n')}\n`)
  return false
}

function say(line: string): true {
  process.stdout.write(`${line}\n`)
  return true
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { base: { type: 'string', default: 'origin/main' } },
})
const run = commands[positionals[0] ?? '']
if (run === undefined) process.stderr.write(`${usage}\n`)
process.exitCode = run?.(values.base) === true ? 0 : 1
