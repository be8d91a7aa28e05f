import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Broker, deploy } from '@petrel/messaging/operations'
import { Client } from 'pg'
import { connectionEnvironment, connectionsOf } from '../../deploy/local/shop/connections.ts'
import { ADMINISTRATOR } from '../../deploy/local/stack/security.ts'
import type { Stack } from '../../deploy/local/stack/stack.ts'
import { makeDatabase } from '../makeDatabase.ts'
import { CpuRecorder, cpuSeconds, residentMiB } from '../cpu.ts'
import { confluentRegistry, kafkajsBroker, silentLog } from '../support.ts'
import type { Contender, Result } from './contender.ts'
import { bench } from './endpoint.ts'
import { OrderPlaced } from './messages.ts'
import { preload } from './preload.ts'

/** A program that reads the messages from our stack: Petrel, or a loop written by hand. Each round has topics and a database of its own. */
export const onOurStack = (
  stack: Stack,
  name: string,
  program: string,
  messages: number,
  variation: Variation = {},
): Contender => ({
  name,
  run: (round) => {
    const run = `${name}${program}${round}`.replaceAll(/\W/g, '').toLowerCase()
    return measure(stack, { run, main: join(import.meta.dirname, '..', program), count: messages, variation })
  },
})

interface Variation {
  /** Of the messages, whose trace is recorded; without it they have no traces. */
  readonly share?: number
  /** For the program. */
  readonly environment?: Readonly<Record<string, string>>
  /** Throws when something else is missing than the effects. */
  readonly verify?: (broker: Broker, prefix: string) => Promise<void>
}

interface Measurement {
  readonly run: string
  readonly main: string
  readonly count: number
  readonly variation: Variation
}

async function measure(stack: Stack, { run, main, count, variation }: Measurement): Promise<Result> {
  const prefix = `${run}.`
  const databaseUrl = await makeDatabase(stack.databaseUrl, run)
  const connections = connectionsOf(stack, ADMINISTRATOR)
  const broker = kafkajsBroker({ ...connections.kafka, clientId: 'bench', log: silentLog })
  const registry = confluentRegistry(connections.registry)
  const database = { url: databaseUrl, migrations: join(import.meta.dirname, 'migrations') }
  await deploy({ endpoint: bench, database }, { admin: broker.admin, registry, prefix })
  await preload(broker, registry, prefix, count, variation.share)
  const addresses = { ...connectionEnvironment(stack, ADMINISTRATOR), DATABASE_URL: databaseUrl }
  const service = spawn(process.execPath, [...process.execArgv, main], {
    env: { ...process.env, ...addresses, ...variation.environment, TOPIC_PREFIX: prefix, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const { postgres = 0, kafka = 0 } = stack.pids()
  const recorder = new CpuRecorder(() => ({
    service: cpuSeconds(service.pid ?? 0),
    database: cpuSeconds(postgres, { withChildren: true }),
    broker: cpuSeconds(kafka),
  }))
  try {
    await untilSaid(broker, prefix, count, service)
    const resident = residentMiB(service.pid ?? 0)
    recorder.stop()
    const result = await verified(broker, databaseUrl, prefix, count, recorder)
    await variation.verify?.(broker, prefix)
    return { ...result, residentMiB: resident }
  } finally {
    recorder.stop()
    service.kill('SIGTERM')
    if (service.exitCode === null) await once(service, 'exit')
    await broker.close()
  }
}

async function untilSaid(
  broker: ReturnType<typeof kafkajsBroker>,
  prefix: string,
  count: number,
  service: { exitCode: number | null },
): Promise<void> {
  const deadline = Date.now() + 300_000
  for (;;) {
    const offsets = await broker.admin.offsets(prefix + OrderPlaced.topic)
    const said = offsets.reduce((sum, { earliest, latest }) => sum + Number(latest - earliest), 0)
    if (said >= count) return
    if (service.exitCode !== null) throw new Error(`the service ended with ${service.exitCode}`)
    if (Date.now() > deadline) throw new Error(`${said} of ${count} after 5 minutes`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** From the first event to the last: how long a program takes to start is not the question. */
async function verified(
  broker: ReturnType<typeof kafkajsBroker>,
  databaseUrl: string,
  prefix: string,
  count: number,
  recorder: CpuRecorder<'service' | 'database' | 'broker'>,
): Promise<Omit<Result, 'residentMiB'>> {
  const keys = new Set<string>()
  let first = Infinity
  let last = 0
  for await (const { key, timestamp } of broker.admin.read(prefix + OrderPlaced.topic)) {
    keys.add(key?.toString() ?? '')
    first = Math.min(first, timestamp)
    last = Math.max(last, timestamp)
  }
  const orders = await ordersIn(databaseUrl)
  if (keys.size !== count || orders !== count)
    throw new Error(`${count} messages, ${orders} orders, ${keys.size} distinct events`)
  const cpu = recorder.between(first, last)
  const micros = (seconds: number) => (seconds / count) * 1e6
  return {
    messages: count,
    perSecond: (count / (last - first)) * 1000,
    service: micros(cpu.service),
    database: micros(cpu.database),
    broker: micros(cpu.broker),
  }
}

async function ordersIn(databaseUrl: string): Promise<number> {
  const client = new Client(databaseUrl)
  await client.connect()
  const { rows } = await client.query<{ orders: number }>('select count(*)::int as orders from orders')
  await client.end()
  return rows[0]?.orders ?? 0
}
