import { cp, mkdir, readdir, readlink, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../deploy/local/folders.ts'

const installed = join(ROOT, 'node_modules')
/** Where its links lead, and how old npm takes the installation to be, depends on the copy. */
const copied = ['.bin', '.package-lock.json']
const notLinked = ['@petrel', '.vite', ...copied]

/** Gives a copy of this project what is installed here, without installing it again: links, and its own packages by its own folders. */
export async function linkModules(copy: string): Promise<void> {
  const modules = join(copy, 'node_modules')
  await mkdir(join(modules, '@petrel'), { recursive: true })
  for (const name of copied) await cp(join(installed, name), join(modules, name), { recursive: true, verbatimSymlinks: true })
  for (const name of await readdir(installed))
    if (!notLinked.includes(name)) await symlink(join(installed, name), join(modules, name))
  for (const name of await readdir(join(installed, '@petrel')))
    await symlink(await readlink(join(installed, '@petrel', name)), join(modules, '@petrel', name))
}
