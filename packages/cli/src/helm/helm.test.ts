import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { helm } from './helm.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petrel-helm-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** A program of that name first on the PATH, which notes what it was called with: one argument, one line. */
async function onPath(script: string): Promise<Record<string, string>> {
  const file = join(folder, 'helm')
  await writeFile(file, `#!/bin/sh\nprintf '%s\\n' "$@" > "${folder}/arguments"\n${script}\n`)
  await chmod(file, 0o755)
  return { ...(process.env as Record<string, string>), PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` }
}

const flags = { namespace: 'petrel', values: ['my values; rm -rf.yaml'], set: { 'image.tag': '$(id),0.2' }, timeoutMs: 90_000 }
const release = '{"name":"fraud-check","namespace":"petrel","version":3,"info":{"status":"deployed"}}'

test('whatever is in a path or a value is one argument, and no shell reads it', async () => {
  const env = await onPath(`echo '${release}'`)
  expect(await helm(env).upgrade('fraud-check', '/charts/sub scriber', flags)).toEqual({
    name: 'fraud-check',
    namespace: 'petrel',
    revision: 3,
  })
  const given = (await readFile(join(folder, 'arguments'), 'utf8')).trimEnd().split('\n')
  expect(given.slice(0, 3)).toEqual(['upgrade', 'fraud-check', '/charts/sub scriber'])
  expect(given).toContain('my values; rm -rf.yaml')
  expect(given).toContain('image.tag=$(id),0.2')
  expect(given).toContain('90s')
})

test('a warning beside a success is no failure', async () => {
  const env = await onPath(`echo 'WARNING: Kubernetes configuration file is group-readable' >&2; echo '${release}'`)
  await expect(helm(env).install('fraud-check', '/charts/subscriber', flags)).resolves.toMatchObject({ revision: 3 })
})

test('releases that hang are asked for apart', async () => {
  const env = await onPath(`echo '[{"name":"shop","status":"pending-upgrade"}]'`)
  expect(await helm(env).unfinished({ namespace: 'petrel' })).toEqual([{ name: 'shop', status: 'pending-upgrade' }])
  expect((await readFile(join(folder, 'arguments'), 'utf8')).split('\n')).toContain('--pending')
})

test('without helm, the sentence says what to install', async () => {
  const env = { PATH: folder }
  await expect(helm(env).install('fraud-check', '/charts/subscriber', flags)).rejects.toThrow(/^There is no helm on the PATH\./)
})

test.for(['$(id)', 'petrel; id', 'Petrel', ''])('%j is no namespace, and is not handed on', async (namespace) => {
  await expect(helm(await onPath('exit 1')).list({ namespace })).rejects.toThrow(/is no name in Kubernetes/)
})
