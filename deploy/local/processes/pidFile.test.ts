import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { spawnGuarded } from './guardedProcess.ts'
import { claim, holderOf, release } from './pidFile.ts'

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petrel-pid-'))
  file = join(folder, 'start.pid')
})

afterEach(() => rm(folder, { recursive: true }))

test('what a living process holds cannot be claimed', async () => {
  const holder = await spawnGuarded('sleep', 'sleep', ['60'], { stdio: 'ignore' })
  expect(claim(file, holder.pid)).toBeUndefined()
  expect(claim(file)).toBe(holder.pid)

  await holder.stop('SIGKILL')
  expect(claim(file)).toBeUndefined()
  expect(holderOf(file)).toBe(process.pid)
  release(file)
  expect(holderOf(file)).toBeUndefined()
})

test('a number that another process got since then holds nothing', async () => {
  await writeFile(file, `${process.pid} 12345\n`)
  expect(holderOf(file)).toBeUndefined()
  expect(claim(file)).toBeUndefined()
})
