import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contract } from './example.ts'
import { pastSchemas } from './history.ts'

/** A repository of its own, without the settings of this machine's git. */
function repository() {
  const folder = mkdtempSync(join(tmpdir(), 'petrel-history-'))
  const env = {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_CEILING_DIRECTORIES: folder,
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], {
      cwd: folder,
      env,
      encoding: 'utf8',
    })
  git('init', '--quiet')
  mkdirSync(join(folder, 'schemas/stock'), { recursive: true })
  return {
    folder,
    commit(files: Readonly<Record<string, object | undefined>>): string {
      for (const [file, schema] of Object.entries(files)) {
        const path = join(folder, 'schemas', file)
        if (schema === undefined) rmSync(path)
        else writeFileSync(path, JSON.stringify(schema))
      }
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--message', 'change')
      return git('rev-parse', '--short', 'HEAD').trim()
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const first = contract().schema
const second = contract([{ name: 'note', doc: 'A note.', type: 'string', default: '' }]).schema
const file = 'stock/ProductCounted.avsc'

test('every version of a contract is found once, with the revision that brought it', () => {
  using git = repository()
  const one = git.commit({ [file]: first })
  const two = git.commit({ [file]: second })
  git.commit({ 'stock/ProductLost.avsc': first })
  git.commit({ [file]: first })
  expect(pastSchemas(git.folder, 'HEAD')?.filter((past) => past.file === file)).toEqual([
    { file, revision: one, schema: first },
    { file, revision: two, schema: second },
  ])
})

test('what came after the base, or is not committed, is not the past', () => {
  using git = repository()
  const base = git.commit({ [file]: first })
  git.commit({ [file]: second })
  writeFileSync(join(git.folder, 'schemas', file), '{}')
  expect(pastSchemas(git.folder, base)).toEqual([{ file, revision: base, schema: first }])
})

test('a contract that was removed before the base is forgotten', () => {
  using git = repository()
  git.commit({ [file]: first, 'stock/ProductLost.avsc': first })
  git.commit({ [file]: undefined })
  expect(pastSchemas(git.folder, 'HEAD')?.map((past) => past.file)).toEqual(['stock/ProductLost.avsc'])
})

test('a revision without schemas has no past', () => {
  using git = repository()
  git.commit({})
  expect(pastSchemas(git.folder, 'HEAD')).toEqual([])
})

test('a revision that does not exist is not taken for one without schemas', () => {
  using git = repository()
  git.commit({ [file]: first })
  expect(pastSchemas(git.folder, 'origin/main')).toBeUndefined()
})
