import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LOCAL, ROOT } from '../local/folders.ts'
import { Problem } from '../local/problem.ts'
import { allServices } from '../local/processes/serviceProcess.ts'
import type { ImageBuild } from './builders.ts'
import { buildImage, type Way } from './buildImage.ts'
import { sbomOf } from './sbom.ts'
import { type Origin, originOf } from './origin.ts'

export interface ServiceImage {
  /** A folder of `services/`. */
  readonly service: string
  /** Default: the version of this clone. */
  readonly tag?: string | undefined
}

/** The name under which charts look for the image. */
export const imageName = (service: string, tag: string): string => `petrel/${service}:${tag}`

/** Builds a service's image, and writes what is in it to `.local/sbom`. @returns the image's name @throws Problem when there is no such service, or it cannot be built */
export async function buildServiceImage({ service, tag }: ServiceImage, way: Way): Promise<string> {
  assertServices([service])
  const version = await versionOf(ROOT)
  const build = serviceBuild(service, tag ?? version, version, originOf(ROOT))
  await buildImage(build, way)
  await writeSbom(service)
  return build.name
}

/** @throws Problem naming those that are no service */
export function assertServices(names: readonly string[]): void {
  const known = allServices()
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Problem(`There is no service ${unknown.join(', ')}. There are: ${known.join(', ')}.`)
}

/** All services have one Dockerfile. */
export function serviceBuild(service: string, tag: string, version: string, { revision, source }: Origin): ImageBuild {
  return {
    name: imageName(service, tag),
    context: ROOT,
    dockerfile: join(ROOT, 'deploy', 'Dockerfile'),
    args: {
      SERVICE: service,
      VERSION: version,
      ...(revision !== undefined && { REVISION: revision }),
      ...(source !== undefined && { SOURCE: source }),
    },
  }
}

async function versionOf(root: string): Promise<string> {
  return (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }).version
}

async function writeSbom(service: string): Promise<void> {
  const folder = join(LOCAL, 'sbom')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${service}.cdx.json`), `${JSON.stringify(sbomOf(ROOT, service), null, 2)}\n`)
}
