import { mkdirSync, writeFileSync } from 'node:fs'
import { styleText } from 'node:util'
import { Problem } from '../local/problem.ts'
import { JSON_FOLDER, stale } from './files.ts'
import { verifyCommand } from './verify/verifyCommand.ts'
import { renderCommand } from './render/renderCommand.ts'

// `npm run dashboards`: writes the dashboards' JSON. With `check` it only compares, with `verify` it asks a Prometheus for every
// panel, with `render` it draws them.
const commands: Readonly<Record<string, (args: readonly string[]) => Promise<boolean> | boolean>> = {
  generate,
  check,
  render: renderCommand,
  verify: verifyCommand,
}

const [command = 'generate', ...args] = process.argv.slice(2)
try {
  const run = commands[command]
  if (run === undefined) throw new Problem(`${command} is not one of: ${Object.keys(commands).join(', ')}`)
  process.exitCode = (await run(args)) ? 0 : 1
} catch (error) {
  console.error(error instanceof Problem ? error.message : error)
  process.exitCode = 1
}

function generate(): true {
  mkdirSync(JSON_FOLDER, { recursive: true })
  const files = stale()
  for (const [path, text] of files) writeFileSync(path, text)
  console.log(files.length === 0 ? 'The dashboards are as the definitions say.' : `${files.length} dashboards written.`)
  return true
}

function check(): boolean {
  const files = stale()
  for (const [path] of files) console.log(styleText('red', `${path} is not what the definitions say: npm run dashboards`))
  return files.length === 0
}
