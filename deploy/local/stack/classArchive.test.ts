import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Exit } from '../processes/guardedProcess.ts'
import { claim, release } from '../processes/pidFile.ts'
import { archiveClasses, archivedClasses, type JavaPrograms, type StartOnce } from './classArchive.ts'

let jars: string

beforeEach(async () => {
  jars = await mkdtemp(join(tmpdir(), 'petrel-classes-'))
})

afterEach(() => rm(jars, { recursive: true }))

const untilDone = new AbortController().signal

test('the first start has no archive, and those after it have one', async () => {
  const programs = await javaOf('17.0.15')
  expect(await archivedClasses(programs, 'kafka')).toEqual([])

  await archiveClasses(programs, 'kafka', serverThat(writes), untilDone)

  const [archive = 'none', ...others] = await left()
  expect(others).toEqual([])
  expect(await archivedClasses(programs, 'kafka')).toEqual([`-XX:SharedArchiveFile=${join(jars, archive)}`])
  expect(await archivedClasses(programs, 'registry')).toEqual([])
  expect(await archivedClasses(await javaOf('21.0.1'), 'kafka')).toEqual([])
})

test('an archive is made once', async () => {
  const programs = await javaOf('17.0.15')
  await archiveClasses(programs, 'kafka', serverThat(writes), untilDone)
  await archiveClasses(programs, 'kafka', nobodyStarts, untilDone)
  expect(await left()).toHaveLength(1)
})

test('while another process makes it, nobody else does', async () => {
  const programs = await javaOf('17.0.15')
  const theOtherTakesOver: StartOnce = async (once) => {
    const lock = once.dataDir.replace('.unfinished', '.pid')
    release(lock)
    claim(lock, process.ppid)
    await archiveClasses(programs, 'kafka', nobodyStarts, untilDone)
    return serverThat(writes)(once)
  }
  await archiveClasses(programs, 'kafka', theOtherTakesOver, untilDone)
  expect(await left()).toHaveLength(1)
})

test('a JVM that has no room for its archive leaves nothing', async () => {
  const archiving = archiveClasses(await javaOf('17.0.15'), 'kafka', serverThat(hasNoRoom), untilDone)
  await expect(archiving).rejects.toThrow('Kafka has written no archive of its classes.')
  expect(await left()).toEqual([])
})

test('whoever stops meanwhile does not wait for the archive, and leaves nothing of it', async () => {
  const stopping = new AbortController()
  const writesForEver: Ending = async (file) => {
    await writeFile(file, 'half of it')
    stopping.abort()
    return new Promise(() => {})
  }
  const archiving = archiveClasses(await javaOf('17.0.15'), 'kafka', serverThat(writesForEver), stopping.signal)
  await expect(archiving).rejects.toThrow('Kafka has written no archive of its classes.')
  expect(await left()).toEqual([])
})

/** What a JVM does about its archive when it is asked to end. @returns its exit code */
type Ending = (file: string) => Promise<number>

const writes: Ending = async (file) => {
  await writeFile(file, 'classes')
  return 143
}

const hasNoRoom: Ending = async (file) => {
  await writeFile(file, 'half of it')
  return 1
}

const serverThat =
  (ends: Ending): StartOnce =>
  async ({ jvm }) => {
    const { promise, resolve } = Promise.withResolvers<Exit>()
    const file = jvm.join(' ').replace('-XX:ArchiveClassesAtExit=', '')
    const kill = (signal: NodeJS.Signals) => {
      if (signal === 'SIGKILL') resolve({ code: null, signal })
      else void ends(file).then((code) => resolve({ code, signal: null }))
    }
    return { name: 'Kafka', kill, exited: promise }
  }

const nobodyStarts: StartOnce = () => Promise.reject(new Error('There is no need to start it.'))

/** A Java that only says which it is. */
async function javaOf(version: string): Promise<JavaPrograms> {
  const java = join(jars, 'java')
  await writeFile(java, `#!/bin/sh\necho 'openjdk version "${version}"' >&2\n`, { mode: 0o755 })
  return { java, jars }
}

const left = async () => (await readdir(jars)).filter((name) => name !== 'java')
