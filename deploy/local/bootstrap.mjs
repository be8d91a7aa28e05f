// Before anything else runs: installs what package-lock.json names, if it is not installed yet, and meanwhile downloads
// the jars. Plain JavaScript for the system's Node (20 or newer): npm finds the pinned one in node_modules afterwards.
import { spawnSync, spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureJars } from './jars.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

if (Number(process.versions.node.split('.')[0]) < 20) fail(`Node 20 or newer is needed to begin; this is ${process.version}.`)
if (!isInstalled()) await install()

/** npm writes the second file when it is done. */
function isInstalled() {
  const done = join(root, 'node_modules', '.package-lock.json')
  return existsSync(done) && statSync(done).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
}

async function install() {
  console.log('Installing dependencies (npm ci, the first time or after a change of package-lock.json) …')
  // Whoever has a Kafka and a registry elsewhere needs no jars; and why they cannot be had is said when they are needed.
  const elsewhere = process.env['KAFKA_BROKERS'] && process.env['SCHEMA_REGISTRY_URL']
  const jars =
    elsewhere || process.argv.includes('--no-jars')
      ? undefined
      : ensureJars(join(root, '.local', 'jars'), console.log).catch(() => {})
  const code = await npm('ci', '--no-progress')
  await jars
  if (code !== 0) fail('npm ci failed; what it said stands above.')
  const node = spawnSync(join(root, 'node_modules', '.bin', 'node'), ['--version'])
  if (node.status !== 0)
    fail('The pinned Node (node_modules/.bin/node) does not run. npm may have skipped install scripts: npm rebuild node')
}

function npm(...args) {
  const cli = process.env['npm_execpath']
  const [command, ...first] = cli ? [process.execPath, cli] : ['npm']
  const child = spawn(command, [...first, ...args], { cwd: root, stdio: 'inherit' })
  return new Promise((resolve) => {
    child.once('error', (error) => fail(`npm does not run: ${error.message}`))
    child.once('close', resolve)
  })
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
