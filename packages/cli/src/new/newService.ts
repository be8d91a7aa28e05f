import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { ProjectContext } from '../commandContext.ts'
import { Problem } from '../problem.ts'
import { paint } from '../screen.ts'
import { addWorkspace } from './addWorkspace.ts'
import { fileOf, type NewService, serviceFiles } from './files.ts'
import { heardMessages, knownMessages } from './message.ts'
import { saidEvent } from './schema.ts'

interface Options {
  readonly hears: readonly string[]
  readonly says?: readonly string[]
}

/** `petrel new`: writes a service that hears what it is to hear, keeps a row of each, and has a test that passes. */
export async function newService({ root, out }: ProjectContext, name: string, { hears, says = [] }: Options): Promise<true> {
  refuseName(root, name)
  const heard = heardMessages(hears, await knownMessages())
  const [first] = heard
  if (first === undefined) throw new Problem('What is it to hear? Name at least one topic: --hears billing.order-billed.')
  const service: NewService = {
    name,
    hears: heard,
    says: says.map((event) => saidEvent(name, event, first.type.key)),
    version: await versionOf(root),
  }
  const files = serviceFiles(service)
  for (const [path, text] of files) await write(join(root, path), text)
  await addWorkspace(root, `services/${name}`, `@petrel/${name}`)
  if (says.length > 0) await run(root, process.execPath, ['packages/contracts/cli.ts', 'generate'])
  // In a process of its own, which knows the new contracts.
  const { stdout: followed } = await run(root, process.execPath, [petrelCommand, 'topology'])
  await format(root, [...files.keys()])
  for (const path of files.keys()) out.line(path)
  const others = followed.split('\n').filter((line) => line.startsWith('wrote ') && !files.has(line.slice('wrote '.length)))
  for (const line of others) out.line(line.replace('wrote ', 'follows: '))
  out.line(paint('green', `${name} hears ${heard.map(({ type }) => type.topic).join(', ')}.`))
  out.line(`Write what it decides into services/${name}/src/${fileOf(service, first)}.ts. Then: npx vitest run services/${name}`)
  return true
}

function refuseName(root: string, name: string): void {
  if (!/^[a-z][a-z0-9-]*[a-z0-9]$/.test(name))
    throw new Problem(`"${name}" is no name for a service: use lower case letters, digits and dashes, for example fraud-check.`)
  if (existsSync(join(root, 'services', name))) throw new Problem(`There is a service ${name} already: services/${name}.`)
}

async function versionOf(root: string): Promise<string> {
  const file = join(root, 'package.json')
  if (!existsSync(file)) throw new Problem(`There is no package.json in ${root}. Run petrel in the project.`)
  return z.object({ version: z.string() }).parse(JSON.parse(await readFile(file, 'utf8'))).version
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

const petrelCommand = fileURLToPath(new URL('../main.ts', import.meta.url))

/** Lines are as long as the names in them: the formatter decides where they break. */
async function format(root: string, files: readonly string[]): Promise<void> {
  const formatter = join(root, 'node_modules', '.bin', 'oxfmt')
  const formatted = files.filter((file) => /\.(ts|json|ya?ml)$/.test(file))
  if (existsSync(formatter)) await run(root, process.execPath, [formatter, ...formatted])
}

const run = (cwd: string, command: string, args: readonly string[]) => promisify(execFile)(command, args, { cwd })
