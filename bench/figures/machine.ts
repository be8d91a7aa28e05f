import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'

/** What figures depend on beside the code. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly os: string
  readonly node: string
}

export const thisMachine = (): Machine => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  os: `${type()} ${release().split('-')[0]}`,
  node: process.version,
})

const root = join(import.meta.dirname, '../..')

/** The commit that is measured; what is not committed is named, since nobody can measure it again. */
export function thisCommit(): string {
  const changes = git('status', '--porcelain', '--', ':!bench/results', ':!*.md')
  return `${git('rev-parse', '--short=9', 'HEAD')}${changes === '' ? '' : WITH_CHANGES}`
}

const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()

const WITH_CHANGES = ' with changes'

/** Whether figures of this commit are still those of what is in the folder now. */
export const isNow = (commit: string): boolean => commit === thisCommit() && !commit.endsWith(WITH_CHANGES)
