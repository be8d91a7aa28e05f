// `node deploy/local/bootstrap.mjs <command>`: what every npm script begins with. Installs what package-lock.json names, if
// that is not installed yet, and hands over to the pinned Node. Plain JavaScript for the system's Node (20 or newer).
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { progress } from './progress.mjs'
import { ensureJars } from './stack/jars.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bin = join(root, 'node_modules', '.bin')
const terminal = progress()
const inherit = ['inherit', 'inherit', 'inherit']

const startFlags = ['--disable-warning=TimeoutNegativeWarning', '--max-semi-space-size=4']
const script = (file, ...flags) => [join(bin, 'node'), ...flags, join(root, file)]
const commands = {
  start: script('deploy/local/commands/start.ts', ...startFlags),
  service: script('deploy/local/commands/service.ts'),
  stop: script('deploy/local/commands/stop.ts'),
  break: script('deploy/local/commands/break.ts'),
  mend: script('deploy/local/commands/mend.ts'),
  reset: script('deploy/local/commands/reset.ts'),
  images: script('deploy/images/images.ts'),
  check: script('deploy/local/commands/check.ts'),
  cluster: script('deploy/cluster/commands/up.ts'),
  'cluster:down': script('deploy/cluster/commands/down.ts'),
  bench: script('bench/bench.ts', '--disable-warning=TimeoutNegativeWarning'),
  load: script('load/load.ts', '--disable-warning=TimeoutNegativeWarning'),
  test: [join(bin, 'vitest'), 'run'],
  'test:long': [join(bin, 'vitest'), 'run', '--mode', 'long'],
  'test:cluster': script('test/cluster/run.ts'),
}

// Without a command it only installs.
const [name, ...args] = process.argv.slice(2).filter((argument) => argument !== '--no-jars')
const command = commands[name]
if (name && !command) fail(`${name} is not one of: ${Object.keys(commands).join(', ')}`)
if (Number.parseInt(process.versions.node, 10) < 20) fail(`Node 20 or newer is needed to begin with; this is ${process.version}.`)
if (!isInstalled()) await install()
if (command) handOver([...command, ...args])

/** npm writes the second file when it is done. */
function isInstalled() {
  const done = join(root, 'node_modules', '.package-lock.json')
  return existsSync(done) && statSync(done).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
}

async function install() {
  terminal.print('Installing dependencies (npm ci; only the first time, or when package-lock.json changed) …')
  const jars = needsJars() ? prefetchJars() : undefined
  const code = await terminal.during('installing dependencies', npm('ci', '--no-progress', '--loglevel=error'))
  await jars
  if (code !== 0) fail('npm ci failed; its own message is above.')
  if (spawnSync(join(bin, 'node'), ['--version']).status !== 0)
    fail('The pinned Node (node_modules/.bin/node) does not run. Were install scripts switched off? Then: npm rebuild node')
}

function needsJars() {
  const elsewhere = process.env['KAFKA_BROKERS'] && process.env['SCHEMA_REGISTRY_URL']
  return !elsewhere && ['start', 'test', 'test:long', 'bench', 'load'].includes(name)
}

/** Side by side with npm. If it fails, the stack tries again when it needs them, and reports why it cannot. */
async function prefetchJars() {
  await ensureJars(join(root, '.local', 'jars'), terminal).catch(() => {})
}

function npm(...args) {
  const cli = process.env['npm_execpath']
  const [program, ...first] = cli ? [process.execPath, cli] : ['npm']
  const child = spawn(program, [...first, ...args], { cwd: root, stdio: 'inherit' })
  return new Promise((resolve) => {
    child.once('error', (error) => fail(`npm does not run: ${error.message}`))
    child.once('close', resolve)
  })
}

function handOver([program, ...args]) {
  const env = {
    ...process.env,
    PATH: bin + delimiter + process.env['PATH'],
    // When the person pressed Enter.
    PETREL_STARTED_AT: String(Math.round(performance.timeOrigin)),
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(root, '.local', 'compiled'),
  }
  const child = spawn(program, args, { cwd: root, stdio: name === 'start' ? [...inherit, 'ipc'] : inherit, env })
  // It has a terminal of its own as soon as its files are loaded, which takes seconds on a busy machine, and says so.
  if (name === 'start') void terminal.during('loading npm start', Promise.race([once(child, 'message'), once(child, 'exit')]))
  // In a terminal Ctrl-C reaches the child by itself.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)))
  }
  child.once('error', (error) => fail(`${program} does not run: ${error.message}`))
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
