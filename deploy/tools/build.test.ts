import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { progress } from '../local/progress.mjs'
import { findTool, toolThatIsThere } from './build.ts'

const silent = progress(() => {})
let folder: string

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'tools-'))))
afterAll(() => rm(folder, { recursive: true }))

test('a program that is installed is taken, and nothing is built', async () => {
  const installed = join(folder, 'prometheus')
  await writeFile(installed, '#!/bin/sh\n')
  await chmod(installed, 0o755)
  expect(await findTool('prometheus', silent, { path: `/nowhere:${folder}`, folder: '/nowhere' })).toBe(installed)
})

test('without the program and without Go, a sentence says what to do', async () => {
  const nothing = { path: '/nowhere', folder }
  expect(await toolThatIsThere('promtool', nothing)).toBeUndefined()
  await expect(findTool('promtool', silent, nothing)).rejects.toThrow(/install it: apt-get[^]*install Go \(https/)
})
