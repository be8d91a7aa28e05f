import { spawnSync } from 'node:child_process'

/** Which code an image was made of; undefined where git does not know. */
export interface Origin {
  /** The commit; `-dirty` when something was changed since. */
  readonly revision: string | undefined
  /** Where the code is to be had. */
  readonly source: string | undefined
}

export function originOf(root: string): Origin {
  const commit = git(root, 'rev-parse', 'HEAD')
  const changes = git(root, 'status', '--porcelain')
  return {
    revision: commit && (changes ? `${commit}-dirty` : commit),
    source: publicAddress(git(root, 'remote', 'get-url', 'origin') ?? ''),
  }
}

/** A web address without credentials; a path on somebody's disk says nothing to others. */
export function publicAddress(remote: string): string | undefined {
  const url = URL.parse(remote.replace(/^git@([^:/]+):/, 'https://$1/'))
  return url !== null && /^https?:$/.test(url.protocol) ? `${url.origin}${url.pathname.replace(/\.git$/, '')}` : undefined
}

function git(root: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}
