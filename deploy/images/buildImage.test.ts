import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ImageBuild } from './builders.ts'
import { buildImage } from './buildImage.ts'

const sales: ImageBuild = {
  name: 'petrel/sales:0.1.0',
  context: '.',
  dockerfile: 'deploy/Dockerfile',
  args: { SERVICE: 'sales' },
}
let folder: string

beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'petrel-builder-'))))
afterEach(() => rm(folder, { recursive: true }))

async function program(script: string): Promise<string> {
  const file = join(folder, 'builder')
  await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return file
}

test("a command of the user's is called once, with all that there is to know", async () => {
  const command = await program(`echo "$@" >> ${folder}/calls`)
  await buildImage(sales, { command: `${command} image` })
  const calls = await readFile(join(folder, 'calls'), 'utf8')
  expect(calls).toBe('image petrel/sales:0.1.0 . -f deploy/Dockerfile --build-arg SERVICE=sales\n')
})

test('when a build fails, what the builder said is in the error', async () => {
  const command = await program('echo "no space left" >&2; exit 3')
  await expect(buildImage(sales, { command })).rejects.toThrow(/petrel\/sales:0\.1\.0 .*\nended with 3:\nno space left/)
})

test('a builder that is not there is named', async () => {
  await expect(buildImage(sales, { command: 'no-such-builder' })).rejects.toThrow('no-such-builder is not installed here')
})
