import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const entry = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
})

/** What package-lock.json says of a package from elsewhere. */
export interface LockedPackage extends z.infer<typeof entry> {
  readonly name: string
  /** Where it is installed; the same package may be there more than once. */
  readonly path: string
}

/** Every package that `npm ci` installs, of whatever platform; not this repository's own. */
export function lockedPackages(root: string): LockedPackage[] {
  const { packages } = z
    .object({ packages: z.record(z.string(), entry) })
    .parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
  return (
    Object.entries(packages)
      .filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
      // One that stands in for another has a name of its own.
      .map(([path, locked]) => ({ ...locked, path, name: locked.name ?? nameIn(path) }))
  )
}

const nameIn = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
