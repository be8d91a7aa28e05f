import { existsSync, statSync } from 'node:fs'
import { readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withWorkspace } from './lockfile.ts'

/** Does for a new service what `npm install` would: the lock knows it, and `node_modules` has a link to it. */
export async function addWorkspace(root: string, folder: string, packageName: string): Promise<void> {
  const [lock, modules] = [join(root, 'package-lock.json'), join(root, 'node_modules')]
  const installed = join(modules, '.package-lock.json')
  if (!existsSync(lock)) return
  // Written below, it would hide that something else is still to be installed.
  const isUpToDate = existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs
  const packageJson = await readFile(join(root, folder, 'package.json'), 'utf8')
  await rewrite(lock, (text) => withWorkspace(text, folder, packageJson))
  if (!isUpToDate) return
  const link = join(modules, packageName)
  await rm(link, { force: true })
  await symlink(join('..', '..', folder), link)
  await rewrite(installed, (text) => withWorkspace(text, folder, packageJson))
}

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')))
}
