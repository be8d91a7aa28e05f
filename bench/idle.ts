// What the shop costs while nobody buys: CPU of every process of `npm start`, in % of one core. Linux only.
//   node bench/idle.ts [--seconds 30] [--secure]
// First with all services, after some orders; then, on the same data, with Kafka, registry and PostgreSQL alone.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ROOT } from '../deploy/local/folders.ts'
import { type GuardedProcess, spawnGuarded } from '../deploy/local/processes/guardedProcess.ts'
import { eventually } from '../test/support/eventually.ts'
import { fetchOk, getJson, jsonBody } from '../test/support/http.ts'
import { ownStartEnvironment } from '../test/support/ownStart.ts'
import { anOrder, type OrderView, requireTypes, wholeJourney } from '../test/support/shop.ts'
import { cpuSeconds } from './cpu.ts'

const { values: args } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, secure: { type: 'boolean', default: false } },
})
const seconds = Number(args.seconds)
const orders = 20
/** Shipping's alarm for the last order comes 30 s after it was placed, and Kafka and Java have things to put away. */
const restMs = 45_000

const bootstrap = join(ROOT, 'deploy/local/bootstrap.mjs')
const folder = await mkdtemp(join(tmpdir(), 'petrel-idle-'))
// PostgreSQL may run as another user than we.
await chmod(folder, 0o755)
const env = await ownStartEnvironment(folder)
const page = `http://127.0.0.1:${env['CLIENT_UI_PORT']}`

const system = await spawnGuarded('npm start', process.execPath, [bootstrap, 'start', ...(args.secure ? ['--secure'] : [])], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  await untilUp(system)
  await Promise.all(Array.from({ length: orders }, placeAndAwait))
  const shop = await shares()
  for (const service of services()) await stop(service)
  print(shop, await shares())
} finally {
  await system.stop()
  await rm(folder, { recursive: true, force: true })
}

async function untilUp({ stdout }: GuardedProcess): Promise<void> {
  if (stdout === null) throw new Error('npm start has no output')
  for await (const line of createInterface({ input: stdout })) if (line.includes('Up after')) return void stdout.resume()
  throw new Error('npm start has ended')
}

async function placeAndAwait(): Promise<void> {
  const { orderId } = (await (await fetch(`${page}/api/orders`, jsonBody('POST', anOrder))).json()) as { orderId: string }
  await eventually(async () => requireTypes(await getJson<OrderView>(`${page}/api/orders/${orderId}`), wholeJourney), {
    withinMs: 60_000,
  })
}

function services(): string[] {
  return readdirSync(join(folder, 'services')).map((file) => basename(file, '.pid'))
}

async function stop(service: string): Promise<void> {
  const { LOCAL_CONTROL_URL } = JSON.parse(readFileSync(join(folder, 'environment.json'), 'utf8')) as Record<string, string>
  await fetchOk(`${LOCAL_CONTROL_URL}/services/${service}/stop`, { method: 'POST' })
}

/** After a rest: % of a core that each process takes. */
async function shares(): Promise<Map<string, number>> {
  await sleep(restMs)
  const [before, began] = [cpu(), performance.now()]
  await sleep(seconds * 1000)
  const [after, took] = [cpu(), performance.now() - began]
  return new Map([...after].map(([name, used]) => [name, (100_000 * (used - (before.get(name) ?? 0))) / took]))
}

/** CPU seconds of every process that runs. */
function cpu(): Map<string, number> {
  const data = args.secure ? 'data-secure' : 'data'
  const servers = { Kafka: `${data}/kafka/pid`, registry: `${data}/registry/pid`, PostgreSQL: `${data}/postgres/pid` }
  const files = {
    ...servers,
    ...Object.fromEntries(services().map((name) => [name, `services/${name}.pid`])),
    'npm start itself': 'start.pid',
  }
  const running = Object.entries(files).filter(([, file]) => existsSync(join(folder, file)))
  return new Map(running.map(([name, file]) => [name, cpuSeconds(pidIn(file), { withChildren: name === 'PostgreSQL' })]))
}

function pidIn(file: string): number {
  return Number(readFileSync(join(folder, file), 'utf8').split(' ')[0])
}

function print(shop: ReadonlyMap<string, number>, alone: ReadonlyMap<string, number>): void {
  console.log(`| % of a core, over ${seconds} s | the shop, idle | without its services |\n|---|---|---|`)
  for (const [name, share] of shop) printRow(name, share, alone.get(name))
  const [servers, serversAlone] = [sum([...shop].filter(isServer)), sum([...alone].filter(isServer))]
  printRow('Kafka, registry and PostgreSQL', servers, serversAlone)
  printRow('everything', sum(shop), sum(alone))
  printRow('everything, above Kafka, registry and PostgreSQL alone', sum(shop) - serversAlone)
}

function isServer([name]: readonly [string, number]): boolean {
  return ['Kafka', 'registry', 'PostgreSQL'].includes(name)
}

function sum(shares: Iterable<readonly [string, number]>): number {
  return [...shares].reduce((total, [, share]) => total + share, 0)
}

function printRow(name: string, ...shares: readonly (number | undefined)[]): void {
  console.log(`| ${[name, ...shares.map((share) => share?.toFixed(2) ?? '')].join(' | ')} |`)
}
