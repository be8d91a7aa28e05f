import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ensureJars, JarsMissing } from './jars.mjs'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petrel-jars-'))
  // Nothing is on the PATH then, Maven neither.
  vi.stubEnv('PATH', folder)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const silently = { print: () => {}, during: <T>(_: string, work: Promise<T>) => work }

test('without Maven the three ways out are named, and nothing is left half-made', async () => {
  const asked = ensureJars(join(folder, 'jars'), silently)
  await expect(asked).rejects.toThrow(JarsMissing)
  await expect(asked).rejects.toThrow(/"mvn" does not run[^]*install[^]*PATH[^]*KAFKA_BROKERS=/)
  expect(await readdir(join(folder, 'jars'))).toEqual([])
})

test('below a folder with an emoji, where Java finds no jar, the cache of the user is taken', async () => {
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
  await expect(ensureJars(join(folder, '🌧', 'jars'), silently)).rejects.toThrow(JarsMissing)
  expect(await readdir(folder)).toEqual(['cache'])
  expect(await readdir(join(folder, 'cache', 'petrel'))).toEqual(['jars'])
})
