import { z } from 'zod'

const packages = z.record(z.string(), z.unknown())
const manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()),
})

/**
 * package-lock.json with one more workspace, as npm itself would write it: `npm ci` refuses a lock that does not know a
 * workspace. All that the service depends on is in the project already, so nobody need be asked.
 */
export function withWorkspace(lock: string, folder: string, packageJson: string): string {
  const content = JSON.parse(lock) as Readonly<Record<string, unknown>>
  const { name, version, license, dependencies } = manifest.parse(JSON.parse(packageJson))
  const all = {
    ...packages.parse(content['packages']),
    [`node_modules/${name}`]: { resolved: folder, link: true },
    [folder]: { name, version, license, dependencies },
  }
  return `${JSON.stringify({ ...content, packages: sorted(all) }, null, 2)}\n`
}

/** npm's own order. */
const sorted = (packages: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(packages).toSorted(([one], [other]) => one.localeCompare(other, 'en')))
