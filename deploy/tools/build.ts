import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { isProgram } from '../isProgram.ts'
import { run } from '../commandLine.ts'
import { LOCAL } from '../local/folders.ts'
import { Problem } from '../local/problem.ts'
import { type Progress, progress } from '../local/progress.mjs'

/** A program of others that is built from its Go module when it is not installed. */
interface Tool {
  /** The folder beside this file with the `go.mod` that pins it. */
  readonly module: string
  /** What `go build` builds there. */
  readonly package: string
  readonly flags?: readonly string[]
  /** Where to get it, for those without Go. */
  readonly get: string
}

/** Targets come from files here; discovery in two dozen clouds would only be compiled. */
const prometheus = {
  module: 'prometheus',
  flags: ['-tags', 'remove_all_sd'],
  get: 'apt-get install -y prometheus (Debian, Ubuntu), brew install prometheus (macOS), https://prometheus.io/download',
}

const TOOLS = {
  prometheus: { ...prometheus, package: 'github.com/prometheus/prometheus/cmd/prometheus' },
  promtool: { ...prometheus, package: 'github.com/prometheus/prometheus/cmd/promtool' },
  k6: { module: 'k6', package: '.', get: 'brew install k6 (macOS), https://grafana.com/docs/k6/latest/set-up/install-k6' },
} satisfies Record<string, Tool>

export type ToolName = keyof typeof TOOLS

export const toolNames = Object.keys(TOOLS) as ToolName[]

/** Where programs are looked for, and where built ones are kept. */
export interface Places {
  /** As the environment's PATH. */
  readonly path: string
  readonly folder: string
}

const here: Places = { path: process.env['PATH'] ?? '', folder: join(LOCAL, 'tools') }

/** The program that is on the PATH, or built already. Builds nothing. */
export async function toolThatIsThere(name: ToolName, { path, folder }: Places = here): Promise<string | undefined> {
  const built = join(folder, await builtName(name))
  const installed = path.split(delimiter).map((each) => join(each, name))
  return [...installed, built].find(isProgram)
}

/** The program, built with Go when it is not there: the first time that takes minutes. @throws Problem saying how to get it */
export async function findTool(name: ToolName, { print, during }: Progress = progress(), places = here): Promise<string> {
  const there = await toolThatIsThere(name, places)
  if (there !== undefined) return there
  const go = places.path
    .split(delimiter)
    .map((folder) => join(folder, 'go'))
    .find(isProgram)
  if (go === undefined) throw new Problem(missing(name))
  print(`Building ${name} from its Go module (only the first time; some minutes) …`)
  await mkdir(places.folder, { recursive: true })
  const file = join(places.folder, await builtName(name))
  await during(`building ${name}`, build(go, TOOLS[name], file))
  return file
}

/** Whole or not at all: of two builds at once each leaves a program that works. */
async function build(go: string, tool: Tool, file: string): Promise<void> {
  const unfinished = `${file}.${randomUUID()}`
  const output = ['-trimpath', '-ldflags=-s -w', '-o', unfinished]
  await run(go, ['-C', folderOf(tool), 'build', ...(tool.flags ?? []), ...output, tool.package])
  await rename(unfinished, file)
}

/** Another version has another name, so none is taken for it. */
async function builtName(name: ToolName): Promise<string> {
  const tool: Tool = TOOLS[name]
  const pins = await readFile(join(folderOf(tool), 'go.sum'), 'utf8')
  const version = createHash('sha256')
    .update(JSON.stringify([tool, pins]))
    .digest('hex')
    .slice(0, 8)
  return `${name}-${version}`
}

const folderOf = ({ module }: Tool) => join(import.meta.dirname, module)

const missing = (name: ToolName) => `${name} is not on the PATH, and without Go it cannot be built here. Ways out:
  1. install it: ${TOOLS[name].get}
  2. install Go (https://go.dev/dl): then it is built from its module, once`

/** `node deploy/tools/build.ts promtool`: prints where each program is. Without a name: all. */
if (import.meta.main) {
  const wanted = process.argv.slice(2)
  try {
    for (const name of wanted.length > 0 ? wanted.map(known) : toolNames) console.log(await findTool(name))
  } catch (error) {
    console.error(error instanceof Problem ? error.message : error)
    process.exitCode = 1
  }
}

function known(name: string): ToolName {
  if (name in TOOLS) return name as ToolName
  throw new Problem(`There is no tool "${name}". There are: ${toolNames.join(', ')}.`)
}
