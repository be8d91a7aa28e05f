import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Child } from '../processes/child.ts'
import { claim, release } from '../processes/pidFile.ts'
import { assertUsableFolder } from './disk.ts'

/** A Java, and the folder of the programs that it runs. */
export interface JavaPrograms {
  readonly java: string
  readonly jars: string
}

/** What has a class path of its own, and so an archive of its own. */
export type JavaServer = 'kafka' | 'registry'

/** How a server is started for its archive, besides what it always needs. */
export interface Once {
  readonly jvm: readonly string[]
  readonly dataDir: string
  readonly logsDir: string
}

type Started = Pick<Child, 'name' | 'kill' | 'exited'>

/** Resolves when the server is ready. */
export type StartOnce = (once: Once) => Promise<Started>

/** Of a process that was asked to end and did: 128 and SIGTERM. */
const ENDED_AS_ASKED = 143

/**
 * The options with which a JVM takes its classes from an archive, read and verified already
 * (class data sharing, https://openjdk.org/jeps/350): half of what Kafka and the registry need to start. None where there is no archive
 * yet. A JVM that an archive does not fit starts without it.
 */
export async function archivedClasses(programs: JavaPrograms, server: JavaServer): Promise<string[]> {
  const archive = await archiveOf(programs, server)
  return existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`] : []
}

/**
 * Runs a server once, on data that is thrown away, for the archive that later starts use; nothing where there is one, or where another process
 * makes one now. When it is interrupted or has no room, it leaves nothing, and the next one tries again.
 */
export async function archiveClasses(
  programs: JavaPrograms,
  server: JavaServer,
  start: StartOnce,
  signal: AbortSignal,
): Promise<void> {
  const archive = await archiveOf(programs, server)
  const lock = `${archive}.pid`
  if (existsSync(archive) || claim(lock) !== undefined) return
  const folder = `${archive}.unfinished`
  try {
    await rm(folder, { recursive: true, force: true })
    await assertUsableFolder(folder)
    const written = join(folder, 'classes')
    const running = await start({ jvm: [`-XX:ArchiveClassesAtExit=${written}`], dataDir: folder, logsDir: folder })
    await endWith(running, written, signal)
    await rename(written, archive)
  } finally {
    await rm(folder, { recursive: true, force: true })
    release(lock)
  }
}

/** A JVM writes its archive when it ends. @throws Error when it did not */
async function endWith(server: Started, file: string, signal: AbortSignal): Promise<void> {
  const interrupt = () => server.kill('SIGKILL')
  signal.addEventListener('abort', interrupt)
  try {
    if (signal.aborted) interrupt()
    else server.kill('SIGTERM')
    const { code } = await server.exited
    if (code !== ENDED_AS_ASKED) throw new Error(`${server.name} has written no archive of its classes.`)
    await toDisk(file)
  } finally {
    signal.removeEventListener('abort', interrupt)
  }
}

/** A machine that loses its power must not find a file without its content under the final name. */
async function toDisk(file: string): Promise<void> {
  // For reading: a JVM makes it a file that nobody may write.
  const handle = await open(file)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** It fits one Java, and jars in one place. */
async function archiveOf({ java, jars }: JavaPrograms, server: JavaServer): Promise<string> {
  const { stderr } = await promisify(execFile)(java, ['-version'])
  const key = createHash('sha256').update(stderr).update(jars).digest('hex').slice(0, 12)
  return join(jars, `${server}-${key}.jsa`)
}
