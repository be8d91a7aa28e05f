import { execFileSync } from 'node:child_process'
import { parseSchema } from './avro.ts'
import type { PastSchema } from './compatibility.ts'

/**
 * The contracts of a revision, in all versions that they had up to it: a topic may still have records of each.
 * A contract that was removed before is not among them.
 * @param folder of the contracts, from the root of the repository: `schemas`
 * @returns undefined when there is no such revision
 */
export function pastSchemas(repository: string, base: string, folder = 'schemas'): PastSchema[] | undefined {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: repository, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (!isRevision(repository, base)) return undefined
  const filesIn = (revision: string) => blobs(git('ls-tree', '-r', revision, '--', folder))
  const present = new Set(filesIn(base).map(({ path }) => path))
  const revisions = git('log', '--reverse', '--format=%h', base, '--', folder).split('\n').filter(Boolean)

  const versions = new Map<string, PastSchema>()
  for (const revision of revisions)
    for (const { path, blob } of filesIn(revision)) {
      const version = `${path} ${blob}`
      if (!present.has(path) || versions.has(version)) continue
      const schema = parseSchema(`${path} in ${revision}`, git('cat-file', 'blob', blob))
      versions.set(version, { file: path.slice(folder.length + 1), revision, schema })
    }
  return [...versions.values()]
}

function isRevision(repository: string, base: string): boolean {
  try {
    execFileSync('git', ['rev-parse', '--verify', '--quiet', '--end-of-options', `${base}^{commit}`], {
      cwd: repository,
      stdio: 'ignore',
    })
    return true
  } catch (error) {
    if ((error as { status?: number }).status === 1) return false
    throw error
  }
}

/** Lines of `git ls-tree -r`: `<mode> blob <hash>\t<path>`. */
const blobs = (listing: string): { path: string; blob: string }[] =>
  [...listing.matchAll(/^\d+ blob (\w+)\t(.+\.avsc)$/gm)].map(([, blob = '', path = '']) => ({ path, blob }))
