import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { workspaceFlags } from './workspaces.ts'

interface Manifest {
  readonly workspaces?: readonly string[]
  readonly bin?: Readonly<Record<string, string>>
}

const readManifest = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Manifest

/** The files of a clone that decide what npm installs: manifests, the lock, settings, and the commands that it links. */
export function manifestsOf(root: string): string[] {
  const { workspaces = [] } = readManifest(join(root, 'package.json'))
  const manifests = globSync(
    workspaces.map((pattern) => join(pattern, 'package.json')),
    { cwd: root },
  ).toSorted()
  const commands = manifests.flatMap((file) =>
    // A command that is not there is not linked.
    Object.values(readManifest(join(root, file)).bin ?? {}).map((command) => join(dirname(file), command)),
  )
  return ['package.json', 'package-lock.json', '.npmrc', ...manifests, ...commands]
}

/** Puts them into a folder, with the flags that npm is to be given for a service: nothing in it changes with the sources. */
export function copyManifests(root: string, service: string, folder: string): void {
  for (const file of manifestsOf(root)) cpSync(join(root, file), join(folder, file), { preserveTimestamps: true })
  writeFileSync(join(folder, 'workspace-flags'), workspaceFlags(root, service).join(' '))
}
