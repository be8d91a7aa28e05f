// Plain JavaScript without dependencies: bootstrap.mjs runs it with the system's Node while npm still installs.
import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const POM = fileURLToPath(new URL('pom.xml', import.meta.url))

/**
 * For everything that runs on Java. In the C locale of a bare container it cannot name a file with other letters than ASCII in
 * its path. macOS has no such locale, and no need of one.
 */
export const JAVA_ENVIRONMENT = process.platform === 'darwin' ? {} : { LC_ALL: 'C.UTF-8' }

const WAYS_OUT = `Ways out:
  1. install it: apt-get install -y maven (Debian, Ubuntu), brew install maven (macOS)
  2. put the mvn of a Maven that you have on the PATH
  3. use a Kafka and a schema registry that run elsewhere: KAFKA_BROKERS=host:9092 SCHEMA_REGISTRY_URL=http://host:8081 npm start`

/** What a person has to solve; stack.ts makes a Problem of it. */
export class JarsMissing extends Error {}

/**
 * The class loader of Java 17 finds no jar whose path has a character beyond U+FFFF, such as an emoji, and resolves links.
 * The jars of a clone in such a folder go into the user's cache.
 */
function folderForJava(jarsDir) {
  const isReadable = !/[\u{10000}-\u{10ffff}]/u.test(jarsDir)
  return isReadable ? jarsDir : join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'petrel', 'jars')
}

/** The folder with `kafka/*.jar` and `registry/*-runner.jar`, filled by Maven the first time and whenever pom.xml changed. */
export async function ensureJars(wantedDir, { print, during }) {
  const jarsDir = folderForJava(wantedDir)
  const version = createHash('sha256')
    .update(await readFile(POM))
    .digest('hex')
    .slice(0, 12)
  const folder = join(jarsDir, version)
  if (existsSync(folder)) return folder
  print('Downloading Kafka and the schema registry with Maven (190 MB, the first time only) …')
  const unfinished = join(jarsDir, `unfinished-${randomUUID()}`)
  await mkdir(unfinished, { recursive: true })
  try {
    await during('downloading Kafka and the schema registry', download(unfinished))
    await publish(unfinished, folder)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return folder
}

/** Whole or not at all: a download killed in the middle leaves nothing that looks complete, and of two at once the second gives way. */
async function publish(unfinished, folder) {
  await rename(unfinished, folder).catch((error) => {
    if (!existsSync(folder)) throw error
  })
}

async function download(into) {
  const env = { ...process.env, ...JAVA_ENVIRONMENT }
  const maven = spawn('mvn', ['-B', '-f', POM, 'generate-resources', `-Djars=${into}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  })
  const output = []
  createInterface({ input: maven.stdout }).on('line', (line) => {
    if (!/Download(ing|ed) from/.test(line)) output.push(line)
  })
  createInterface({ input: maven.stderr }).on('line', (line) => output.push(line))
  await finished(maven, output)
}

function finished(maven, output) {
  const notThere = 'Maven is needed once, to download Kafka and the schema registry, and "mvn" does not run.'
  return new Promise((resolve, reject) => {
    maven.once('error', (error) => reject(new JarsMissing(`${notThere}\n${WAYS_OUT}`, { cause: error })))
    maven.once('close', (code) => (code === 0 ? resolve() : reject(failure(output))))
  })
}

function failure(output) {
  const errors = output.filter((line) => /ERROR|No space/.test(line))
  const shown = (errors.length > 0 ? errors : output).slice(0, 8)
  return new JarsMissing(
    'Maven could not download Kafka and the schema registry. Is Maven Central, or the mirror in your settings, reachable? ' +
      `Is there room on the disk? Maven says:\n${shown.join('\n')}`,
  )
}
