import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../../deploy/local/folders.ts'

const GROUND = join(ROOT, 'k8s', 'kind')

/** An image that the ground names, and the folder beside this file that makes one of that name. */
export interface StandIn {
  readonly image: string
  readonly folder: string
}

/** @throws when the ground has an image for which there is no stand-in. */
export async function standIns(): Promise<StandIn[]> {
  const manifests = (await readdir(GROUND)).filter((name) => name.endsWith('.yaml'))
  const texts = await Promise.all(manifests.map((name) => readFile(join(GROUND, name), 'utf8')))
  return imagesIn(texts.join('\n')).map((image) => ({ image, folder: folderFor(image) }))
}

/** `apache/kafka:4.1.1` and its like, each once. */
export function imagesIn(manifests: string): string[] {
  return [...new Set([...manifests.matchAll(/^\s+image: (\S+)$/gm)].map(([, image = '']) => image))]
}

const FOLDERS: Readonly<Record<string, string>> = {
  'apache/kafka': 'kafka',
  'apicurio/apicurio-registry-mem': 'registry',
  postgres: 'postgres',
  'prom/prometheus': 'prometheus',
}

function folderFor(image: string): string {
  const folder = FOLDERS[image.slice(0, image.lastIndexOf(':'))]
  if (!folder)
    throw new Error(`k8s/kind names ${image}, and test/cluster/images has nothing to stand in for it. Add a folder there.`)
  return join(import.meta.dirname, folder)
}
