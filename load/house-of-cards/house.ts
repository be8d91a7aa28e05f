import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mainOf } from '../../deploy/local/processes/serviceProcess.ts'
import { choosePorts, environmentOf, faultFileIn, type Ports, urlAt } from './addresses.ts'
import { type Databases, makeDatabases } from './databases.ts'
import { keepRunning, type Running } from './keepRunning.ts'
import { cards, everybody, outside, type ProcessName } from './names.ts'

export interface HouseOptions {
  /** Of a superuser: databases and roles are made under it, and dropped at the end. */
  readonly databaseUrl: string
  /** Default: free ones. */
  readonly ports?: Partial<Ports>
  /** Without idempotency keys whatever is tried again may be done again. Default: with. */
  readonly hasKeys?: boolean
  /** Where logs stay. Default: they go with the house. */
  readonly logsDir?: string
}

/** The same shop, built from synchronous calls. */
export interface House {
  readonly ports: Ports
  readonly hasKeys: boolean
  /** The address of each service's own database. */
  readonly databases: Databases['urls']
  /** From now on the service fails with this message, whatever it is asked. */
  break(name: ProcessName, message: string): Promise<void>
  mend(name: ProcessName): Promise<void>
  /** SIGKILL; resolves when the service, started again, does its work. */
  crash(name: ProcessName): Promise<void>
  pids(): number[]
  /** Tells the payment gateway how to behave from now on. */
  gatewayBehaves(behaviour: Readonly<Record<string, unknown>>): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

let houses = 0

/** Resolves when customers may order. When it cannot, it leaves nothing behind. */
export async function openHouse({ databaseUrl, ports: chosen = {}, hasKeys = true, logsDir }: HouseOptions): Promise<House> {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'petrel-cards-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'mails'))
  const databases = await makeDatabases(databaseUrl, `cards_${process.pid}_${(houses += 1)}`)
  opened.defer(() => databases.drop())
  const ports = await choosePorts(chosen)
  const running = new Map<ProcessName, Running>()
  // In the order in which they lean on each other: who is asked goes last.
  for (const group of [outside, cards]) opened.defer(() => stopInOrder(running, group))
  const start = async (name: ProcessName) => {
    const env = environmentOf(name, { ports, databases: databases.urls, folder, hasKeys })
    const readyUrl = `${urlAt(ports[name])}/ready`
    running.set(name, await keepRunning({ name, main: programOf(name), env, readyUrl, logsDir: logsDir ?? join(folder, 'logs') }))
  }
  await settled(everybody.map(start))
  return houseOf({ ports, hasKeys, databases: databases.urls, folder, running }, opened.move())
}

const programOf = (name: ProcessName): string =>
  outside.some((stranger) => stranger === name) ? mainOf(name) : join(import.meta.dirname, name, 'main.ts')

/** The front first, so that nobody is asked who has gone. */
async function stopInOrder(running: ReadonlyMap<ProcessName, Running>, names: readonly ProcessName[]): Promise<void> {
  for (const name of names.toReversed()) await running.get(name)?.stop()
}

/** All settle before this does, so that nothing is still starting when what has started is stopped. */
async function settled(starts: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(starts)).find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}

interface Parts extends Pick<House, 'ports' | 'hasKeys' | 'databases'> {
  readonly folder: string
  readonly running: ReadonlyMap<ProcessName, Running>
}

function houseOf({ folder, running, ...known }: Parts, closing: AsyncDisposableStack): House {
  return {
    ...known,
    break: (name, message) => writeFile(faultFileIn(folder, name), message),
    mend: (name) => rm(faultFileIn(folder, name), { force: true }),
    crash: async (name) => running.get(name)?.crash(),
    pids: () => [...running.values()].map((each) => each.pid()),
    async gatewayBehaves(behaviour) {
      const url = `${urlAt(known.ports['payment-gateway'])}/behaviour`
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(url, { method: 'PUT', headers, body: JSON.stringify(behaviour) })
      if (!answer.ok) throw new Error(`The payment gateway does not want to behave like that: ${await answer.text()}`)
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}
