import { aborted } from 'node:util'
import { findTool } from '../../tools/build.ts'
import { startControlServer } from '../control/controlServer.ts'
import { lessonsOf } from '../control/lessons.ts'
import { serviceActions, servicesNow } from '../control/serviceActions.ts'
import { START_PID } from '../folders.ts'
import { chooseOpsPorts, type OpsPorts, startObserving } from '../observe/observe.ts'
import { prometheusUrl as addressOfPrometheus } from '../observe/prometheus.ts'
import { Problem } from '../problem.ts'
import { watchOutages } from '../processes/outages.ts'
import { claim, release } from '../processes/pidFile.ts'
import { collapseRepeats } from '../processes/repeats.ts'
import type { Shown } from '../processes/serviceLog.ts'
import { compileServices, keptServices, LAG_EXPORTER, SHOPKEEPER } from '../processes/serviceProcess.ts'
import { shutdownSignal } from '../processes/shutdownSignal.ts'
import { supervisor } from '../processes/supervisor.ts'
import { systemState } from '../processes/systemState.ts'
import { progress } from '../progress.mjs'
import { readSettings, type Settings } from '../settings.ts'
import { allowServices } from '../shop/allowServices.ts'
import { connectionsOf } from '../shop/connections.ts'
import { deployShop, environmentOf, makeDatabases } from '../shop/deployShop.ts'
import { type EnvironmentFile, writeEnvironmentFile } from '../shop/environmentFile.ts'
import { seed } from '../shop/seed.ts'
import { untilOpen } from '../shop/untilOpen.ts'
import { assertPortsFree, freePorts } from '../stack/ports.ts'
import { type Stack, startStack } from '../stack/stack.ts'
import { addressTable } from './addressTable.ts'
import { dataFolder, portsOf, portsToListenOn, readOptions, stackOptions, type StartOptions } from './startOptions.ts'

/** A service may notice that a server has ended a moment before we do. */
const NOTICED_MS = 250

// `npm start`: the whole system, until Ctrl-C.
const { print, during } = progress()
const stopping: (() => Promise<void>)[] = []
const shutdown = shutdownSignal()
const state = systemState()
const repeats = collapseRepeats(print)
const outages = watchOutages(print)

// From here on it is we who break the silence: see bootstrap.mjs.
if (process.send) {
  process.send('loaded')
  process.disconnect()
}
try {
  await start()
  await aborted(shutdown, process)
} catch (error) {
  if (!shutdown.aborted) {
    console.error(error instanceof Problem ? `\n${error.message}` : error)
    process.exitCode = 1
  }
} finally {
  await stopAll()
  // Whatever is still open (a request to a registry that is gone) has nobody left to wait for it.
  process.exit()
}

async function start(): Promise<void> {
  const options = readOptions()
  const settings = readSettings(process.env)
  claimStart()
  const prometheus = options.observe ? await findTool('prometheus', { print, during }) : undefined
  await assertPortsFree(portsToListenOn(settings, options))
  const stack = await startServers(settings, options)
  shutdown.throwIfAborted()
  const opsPorts = prometheus === undefined ? {} : await chooseOpsPorts(keptServices())
  const environment = await prepareShop(stack, settings, options, opsPorts)
  shutdown.throwIfAborted()
  if (prometheus !== undefined) await watch(prometheus, stack, settings, opsPorts)
  await startServices(environment, stack, options)
  await during('opening the shop', untilOpen(settings.CLIENT_UI_PORT, options.without, shutdown))
  shutdown.throwIfAborted()
  print(addressTable(settings, stack, options))
  stack.archiveClasses()
  print(`Up after ${secondsSinceEnter()} s. Logs: .local/logs. Stop with Ctrl-C.`)
}

/** Started first, stopped last. */
async function startServers(settings: Settings, options: StartOptions): Promise<Stack> {
  const starting = startStack({
    ...stackOptions(settings, options),
    log: print,
    during,
    signal: shutdown,
    onChange: serverChanged,
  })
  const [stack] = await Promise.all([starting, compileServices()])
  stopping.push(() => stack.stop())
  for (const server of stack.servers) state.set(server, 'up')
  return stack
}

async function prepareShop(
  stack: Stack,
  settings: Settings,
  options: StartOptions,
  opsPorts: OpsPorts,
): Promise<EnvironmentFile> {
  print('Preparing databases, topics and schemas …')
  const databases = await during('preparing databases', makeDatabases(stack))
  await during('letting each service do what its endpoint says', allowServices(stack, { prefix: '', prune: true }))
  await during('preparing topics and schemas', deployShop(stack, databases, shutdown))
  const [controlPort = 0] = await freePorts(1)
  const prometheusUrl = Object.keys(opsPorts).length > 0 ? addressOfPrometheus(settings.PROMETHEUS_PORT) : undefined
  const chosen = { ports: portsOf(settings), opsPorts, controlPort, prometheusUrl, dataDir: dataFolder(options) }
  const environment = environmentOf(stack, databases, chosen)
  await writeEnvironmentFile(environment)
  return environment
}

/** Before the services start: it sees them come. */
async function watch(program: string, { databaseUrl }: Stack, settings: Settings, opsPorts: OpsPorts): Promise<void> {
  const watching = { program, settings, databaseUrl, opsPorts, print, signal: shutdown, onChange: prometheusChanged }
  const starting = startObserving(watching)
  stopping.push(await during('starting Prometheus', starting))
  state.set('Prometheus', 'up')
}

async function startServices(environment: EnvironmentFile, stack: Stack, options: StartOptions): Promise<void> {
  const { without, observe } = options
  const { services: environments, LOCAL_CONTROL_URL } = environment
  const wanted = keptServices().filter((service) => !without.includes(service) && (observe || service !== LAG_EXPORTER))
  for (const service of wanted) state.set(service, 'starting')
  for (const service of without) state.set(service, 'stopped')
  const services = supervisor({ environments, state, print, show })
  const lessons = lessonsOf(state, connectionsOf(stack).kafka)
  stopping.push(() => lessons.close())
  const known = Object.keys(environments)
  const control = await startControlServer(LOCAL_CONTROL_URL, {
    state,
    actions: { ...serviceActions(services, state, known), replay: lessons.replay },
    services: () => servicesNow(state, known),
    lessons: lessons.services,
  })
  stopping.push(() => control.stop())

  print(`Starting ${wanted.join(', ')} …`)
  stopping.push(() => services.stopAll())
  await Promise.all([
    ...wanted.map((service) => during(`starting ${service}`, services.start(service))),
    during('sending the first products', seed(environments[SHOPKEEPER] ?? {}, dataFolder(options))),
  ])
}

function serverChanged(server: string, isUp: boolean): void {
  state.set(server, isUp ? 'up' : 'restarting')
  if (isUp) outages.end(server)
  else outages.begin(server)
}

function prometheusChanged(isUp: boolean): void {
  serverChanged('Prometheus', isUp)
}

/** What may be a consequence of a server's absence is only counted: that it is away was printed already. */
function show({ kind, text, isAboutMessage }: Shown): void {
  if (isAboutMessage) return repeats.show(kind, text)
  setTimeout(() => (outages.areOn() ? outages.countWarning() : repeats.show(kind, text)), NOTICED_MS)
}

function claimStart(): void {
  const holder = claim(START_PID)
  if (holder !== undefined)
    throw new Problem(
      `Petrel already runs here (process ${holder}). Use that one, or stop it first: Ctrl-C in its terminal, or kill ${holder}.`,
    )
  stopping.push(async () => release(START_PID))
}

/** Installing and downloading included: bootstrap.mjs knows when it began. */
function secondsSinceEnter(): string {
  const beganAt = Number(process.env['PETREL_STARTED_AT'] ?? performance.timeOrigin)
  return ((Date.now() - beganAt) / 1000).toFixed(1)
}

async function stopAll(): Promise<void> {
  repeats.flush()
  if (stopping.length > 1) print('\nStopping …')
  const stopped = async () => {
    for (const stop of stopping.toReversed()) await stop().catch((error: unknown) => console.error(error))
  }
  await during('stopping', stopped())
}
