import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Topology } from '@petrel/messaging/operations'
import type { ProjectContext } from './commandContext.ts'
import { paint, type Screen } from './screen.ts'
import { readTopology, topologyFiles } from './topology/files.ts'

interface Options {
  readonly check?: true
  readonly json?: true
}

/**
 * `petrel topology`: writes everything that follows from the endpoints. It needs no Kafka.
 * @returns with `--check`, whether every file is as it would be written
 */
export async function topologyCommand({ root, out }: ProjectContext, { check, json }: Options): Promise<boolean> {
  const topology = await readTopology(root)
  if (json) {
    out.json(plain(topology))
    return true
  }
  const stale = await staleFiles(root, await topologyFiles(root, topology))
  return check ? report([...stale.keys()], out) : write(root, stale, out)
}

/** A message type is a function, which JSON leaves out. */
const plain = ({ endpoints, messages }: Topology) => ({
  endpoints: endpoints.map(({ plan: { topics, groups }, ...endpoint }) => ({ ...endpoint, groups, topics })),
  messages: messages.map(({ type: { fullName, kind, owner, key, schema }, ...message }) => ({
    name: fullName,
    kind,
    owner,
    key,
    ...message,
    schema,
  })),
})

/** Those that are not there, or have another text. */
async function staleFiles(root: string, files: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const compared = [...files].map(async ([path, text]) => {
    const file = join(root, path)
    return existsSync(file) && (await readFile(file, 'utf8')) === text ? [] : [[path, text] as const]
  })
  return new Map((await Promise.all(compared)).flat())
}

function report(stale: readonly string[], out: Screen): boolean {
  for (const path of stale) out.line(paint('red', `${path} is not what the endpoints say.`))
  out.line(stale.length === 0 ? 'Everything is as the endpoints say.' : 'Run npx petrel topology, and commit what it writes.')
  return stale.length === 0
}

async function write(root: string, stale: ReadonlyMap<string, string>, out: Screen): Promise<true> {
  for (const [path, text] of stale) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
    out.line(`wrote ${path}`)
  }
  if (stale.size === 0) out.line('Everything is as the endpoints say.')
  return true
}
