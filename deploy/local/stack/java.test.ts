import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findJava, majorVersion } from './java.ts'

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'petrel-java-'))
  await mkdir(join(home, 'bin'))
})

afterEach(() => rm(home, { recursive: true }))

test.for([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['openjdk version "21" 2023-09-19', 21],
  ['java version "1.8.0_392"', 8],
  ['nothing of the kind', 0],
] as const)('%s is version %i', ([text, version]) => {
  expect(majorVersion(text)).toBe(version)
})

test('without Java the three ways out are named', async () => {
  await expect(findJava({ JAVA_HOME: home })).rejects.toThrow(/does not run[^]*install[^]*JAVA_HOME[^]*KAFKA_BROKERS=/)
})

test('an old Java is as good as none', async () => {
  await java('echo \'java version "1.8.0_392"\' >&2')
  await expect(findJava({ JAVA_HOME: home })).rejects.toThrow(/is version 8\.[^]*KAFKA_BROKERS=/)
})

test('a Java that is new enough is used from where JAVA_HOME says', async () => {
  await java('echo \'openjdk version "17.0.15" 2025-04-15\' >&2')
  expect(await findJava({ JAVA_HOME: home })).toBe(join(home, 'bin', 'java'))
})

async function java(body: string): Promise<void> {
  const file = join(home, 'bin', 'java')
  await writeFile(file, `#!/bin/sh\n${body}\n`)
  await chmod(file, 0o755)
}
