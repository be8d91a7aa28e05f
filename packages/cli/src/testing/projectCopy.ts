import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { ROOT } from '../../../../deploy/local/folders.ts'
import { linkModules } from '../../../../test/support/linkModules.ts'

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
    'test/support/leavesNothing.ts',
  ]
  for (const name of [...files, 'packages', 'schemas'])
    await cp(join(ROOT, name), join(copy, name), { recursive: true, filter: withoutModules })
  await mkdir(join(copy, 'services'))
  await linkModules(copy)
  return { root: copy, remove: () => rm(copy, { recursive: true }) }
}
