import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { assertUsableFolder } from './disk.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petrel-disk-'))
})

afterEach(() => rm(folder, { recursive: true }))

test('a disk with too little room is named, with what is left and what is needed', async () => {
  const asked = assertUsableFolder(join(folder, 'data'), Number.MAX_SAFE_INTEGER)
  await expect(asked).rejects.toThrow(/^The disk of .*data has \d+ MB left; \d+ MB are needed\. Free some space/)
})

test('a folder that cannot be written is named, with the reason', async () => {
  await writeFile(join(folder, 'file'), '')
  await expect(assertUsableFolder(join(folder, 'file', 'data'))).rejects.toThrow(
    /data cannot be written \(ENOTDIR.*Make it writable/,
  )
})

test('a folder that is not there yet is made', async () => {
  await assertUsableFolder(join(folder, 'a', 'b'), 0)
  await writeFile(join(folder, 'a', 'b', 'file'), '')
})
