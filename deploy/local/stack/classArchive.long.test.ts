import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { JARS } from '../folders.ts'
import { archivedClasses, archiveClasses } from './classArchive.ts'
import { ensureJars } from './jars.mjs'
import { findJava } from './java.ts'
import { type KafkaOptions, startKafka } from './kafka.ts'
import { freePorts } from './ports.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petrel-classes-'))
})

afterEach(() => rm(folder, { recursive: true }))

test('Kafka takes from the archive of a first start what it would read and verify again', async () => {
  const programs = { java: await javaOfItsOwn(), jars: await ensureJars(JARS, { print: () => {}, during: (_, work) => work }) }
  const [port = 0, controllerPort = 0] = await freePorts(2)
  const start = (options: Pick<KafkaOptions, 'jvm' | 'dataDir' | 'logsDir'>) =>
    startKafka({ ...programs, ...options, port, controllerPort })

  await archiveClasses(programs, 'kafka', start, new AbortController().signal)
  const [option = ''] = await archivedClasses(programs, 'kafka')
  const archive = option.replace('-XX:SharedArchiveFile=', '')
  try {
    const loaded = join(folder, 'loaded')
    const kafka = await start({ jvm: [`-Xlog:class+load:file=${loaded}`], dataDir: join(folder, 'data'), logsDir: folder })
    await kafka.stop()
    const classes = (await readFile(loaded, 'utf8')).split('\n').filter((line) => line.includes(' source: '))
    const archived = classes.filter((line) => line.includes('shared objects file (top)'))
    expect(archived.length / classes.length).toBeGreaterThan(0.5)
  } finally {
    await rm(archive)
  }
})

/** The same Java under another version, so that it has an archive of its own. */
async function javaOfItsOwn(): Promise<string> {
  const java = join(folder, 'java')
  const says = `echo 'openjdk version "99" for ${folder}' >&2`
  await writeFile(java, `#!/bin/sh\n[ "$1" = -version ] && { ${says}; exit; }\nexec '${await findJava()}' "$@"\n`, {
    mode: 0o755,
  })
  return java
}
