import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '../../../..')

export interface ProjectCopy {
  readonly root: string
  remove(): Promise<void>
}

const withoutModules = (source: string) => basename(source) !== 'node_modules'

/** This project without its services, for a test to write into. What it installs is shared, its own packages are not. */
export async function projectCopy(): Promise<ProjectCopy> {
  const copy = await mkdtemp(join(tmpdir(), 'petrel-project-'))
  const files = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    '.npmrc',
    '.oxlintrc.json',
    '.oxfmtrc.json',
    'vitest.config.ts',
  ]
  for (const name of [...files, 'packages', 'schemas'])
    await cp(join(root, name), join(copy, name), { recursive: true, filter: withoutModules })
  await mkdir(join(copy, 'node_modules', '@petrel'), { recursive: true })
  await mkdir(join(copy, 'services'))
  for (const name of await readdir(join(root, 'node_modules')))
    if (name !== '@petrel' && name !== '.vite') await symlink(join(root, 'node_modules', name), join(copy, 'node_modules', name))
  for (const name of await readdir(join(copy, 'packages')))
    await symlink(join(copy, 'packages', name), join(copy, 'node_modules', '@petrel', name))
  return { root: copy, remove: () => rm(copy, { recursive: true }) }
}
