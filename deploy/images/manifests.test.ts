import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ROOT } from '../local/folders.ts'
import { copyManifests, manifestsOf } from './manifests.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'petrel-manifests-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const filesIn = (of: string) =>
  readdirSync(of, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(of.length + 1))
    .toSorted()

test('npm installs from the manifests of every workspace, the lock, its settings, and the command that it links', () => {
  const folders = ['packages', 'services'].flatMap((kind) => readdirSync(join(ROOT, kind)).map((name) => `${kind}/${name}`))
  expect(manifestsOf(ROOT).toSorted()).toEqual(
    [
      'package.json',
      'package-lock.json',
      '.npmrc',
      'packages/cli/bin/petrel.mjs',
      ...folders.map((name) => `${name}/package.json`),
    ].toSorted(),
  )
})

test('a change of the sources changes nothing that npm installs from; another service or another lock does', () => {
  const clone = join(folder, 'clone')
  for (const file of [...manifestsOf(ROOT), 'services/sales/src', 'services/mailbox/src'])
    cpSync(join(ROOT, file), join(clone, file), { recursive: true })
  const copied = (service: string, name: string) => {
    copyManifests(clone, service, join(folder, name))
    const files = filesIn(join(folder, name))
    return new Map(files.map((file) => [file, readFileSync(join(folder, name, file), 'utf8')]))
  }
  const before = copied('sales', 'before')
  expect([...before.keys()]).toEqual([...manifestsOf(ROOT), 'workspace-flags'].toSorted())
  expect(before.get('workspace-flags')).toBe('--workspace=services/sales --workspace=packages/cli')

  writeFileSync(join(clone, 'services/sales/src/newHandler.ts'), 'export {}')
  expect(copied('sales', 'after')).toEqual(before)
  expect(copied('mailbox', 'other')).not.toEqual(before)
  writeFileSync(join(clone, 'package-lock.json'), '{}')
  expect(copied('sales', 'locked')).not.toEqual(before)
})
