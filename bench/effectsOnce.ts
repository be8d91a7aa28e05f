// Effects-once work of one service: consume → inbox + row + outgoing → next topic, everything on this machine.
//   node bench/effectsOnce.ts [--messages 60000] [--rounds 3]
// Ours and a hand-written loop take turns; a run counts only when every order is there once and every event has been said.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { deploy } from '@petrel/messaging/operations'
import { uuid7 } from '@petrel/messaging'
import { freePorts } from '../deploy/local/stack/ports.ts'
import { type Stack, startStack } from '../deploy/local/stack/stack.ts'
import { CpuRecorder, cpuSeconds, residentMiB } from './cpu.ts'
import { bench } from './effectsOnce/endpoint.ts'
import { OrderPlaced, PlaceOrder } from './effectsOnce/messages.ts'
import { avroCodec, confluentRegistry, kafkajsBroker, messageEncoder, silentLog, subjectName, topicLimits } from './support.ts'

const { values: args } = parseArgs({
  options: { messages: { type: 'string', default: '60000' }, rounds: { type: 'string', default: '3' } },
})
const messages = Number(args.messages)
const rounds = Number(args.rounds)

const contenders = {
  Petrel: join(import.meta.dirname, 'effectsOnce/main.ts'),
  'kafkajs + pg, a transaction a message': join(import.meta.dirname, 'baselines/eachMessage.ts'),
}
/** The hand-written loop is slower by an order of magnitude: fewer messages, or one waits for minutes. */
const shareOfMessages: Record<keyof typeof contenders, number> = { Petrel: 1, 'kafkajs + pg, a transaction a message': 0.15 }

interface Result {
  readonly messages: number
  readonly perSecond: number
  /** CPU microseconds a message. */
  readonly service: number
  readonly database: number
  readonly broker: number
  readonly residentMiB: number
}

const dataDir = await mkdtemp(join(tmpdir(), 'petrel-bench-'))
const [kafka = 0, kafkaController = 0, registry = 0, postgres = 0] = await freePorts(4)
const stack = await startStack({
  dataDir,
  jarsDir: '.local/jars',
  ports: { kafka, kafkaController, registry, postgres },
  log: console.error,
})
try {
  const results = new Map<string, Result[]>()
  for (let round = 1; round <= rounds; round++)
    for (const [name, main] of Object.entries(contenders) as [keyof typeof contenders, string][]) {
      const result = await measure(
        stack,
        `${name === 'Petrel' ? 'p' : 'k'}${round}`,
        main,
        Math.round(messages * shareOfMessages[name]),
      )
      console.error(`round ${round}, ${name}: ${result.perSecond} messages/s`)
      results.set(name, [...(results.get(name) ?? []), result])
    }
  print(results)
} finally {
  await stack.stop()
  await rm(dataDir, { recursive: true })
}

async function measure(stack: Stack, run: string, main: string, count: number): Promise<Result> {
  const prefix = `${run}.`
  const databaseUrl = await makeDatabase(stack, run)
  const broker = kafkajsBroker({ brokers: [stack.kafkaBrokers], clientId: 'bench', log: silentLog })
  const registry = confluentRegistry({ url: stack.registryUrl })
  const database = { url: databaseUrl, migrations: join(import.meta.dirname, 'effectsOnce/migrations') }
  await deploy({ endpoint: bench, database }, { admin: broker.admin, registry, prefix })
  await preload(broker, registry, prefix, count)
  const env = {
    ...process.env,
    KAFKA_BROKERS: stack.kafkaBrokers,
    SCHEMA_REGISTRY_URL: stack.registryUrl,
    DATABASE_URL: databaseUrl,
    TOPIC_PREFIX: prefix,
    LOG_LEVEL: 'warn',
  }
  const service = spawn(process.execPath, [...process.execArgv, main], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const pids = stack.pids()
  const recorder = new CpuRecorder(() => ({
    service: cpuSeconds(service.pid ?? 0),
    database: cpuSeconds(pids.postgres ?? 0, { withChildren: true }),
    broker: cpuSeconds(pids.kafka ?? 0),
  }))
  try {
    await untilSaid(broker, prefix, count, service)
    const resident = residentMiB(service.pid ?? 0)
    recorder.stop()
    return await verified(broker, databaseUrl, prefix, count, recorder, resident)
  } finally {
    recorder.stop()
    service.kill('SIGTERM')
    if (service.exitCode === null) await once(service, 'exit')
    await broker.close()
  }
}

async function makeDatabase({ databaseUrl }: Stack, name: string): Promise<string> {
  const client = new Client(databaseUrl)
  await client.connect()
  await client.query(`create database bench_${name}`)
  await client.end()
  const url = new URL(databaseUrl)
  url.pathname = `/bench_${name}`
  return url.href
}

/** One in a hundred comes twice. */
async function preload(
  broker: ReturnType<typeof kafkajsBroker>,
  registry: ReturnType<typeof confluentRegistry>,
  prefix: string,
  count: number,
): Promise<void> {
  const type = { ...PlaceOrder }
  const schemaId = await registry.idOf(prefix + subjectName(type), type.schema)
  const encodeMessage = messageEncoder({
    endpoint: bench,
    prefix,
    schemaIds: new Map([[type.fullName, schemaId ?? 0]]),
    encode: avroCodec({ registry }).encode,
    limits: topicLimits(new Map()),
  })
  const records = Array.from({ length: count }, (_, index) => encodeMessage(PlaceOrder(order(index)), { trace: {} }).record)
  const withRepeats = records.flatMap((record, index) =>
    index % 100 === 60 ? [record, records[index - 30] ?? record] : [record],
  )
  for (let at = 0; at < withRepeats.length; at += 1000) await broker.publish(withRepeats.slice(at, at + 1000))
}

function order(index: number): PlaceOrder {
  return {
    orderId: uuid7(),
    customerId: `customer-${index % 1000}`,
    placedAt: new Date(),
    currency: 'EUR',
    amountCents: 12_945,
    lines: [
      { sku: `SKU-000${index % 10}`, quantity: 2, unitCents: 1250 },
      { sku: `SKU-100${index % 10}`, quantity: 1, unitCents: 10_445 },
    ],
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

async function verified(
  broker: ReturnType<typeof kafkajsBroker>,
  databaseUrl: string,
  prefix: string,
  count: number,
  recorder: CpuRecorder<'service' | 'database' | 'broker'>,
  resident: number,
): Promise<Result> {
  const keys = new Set<string>()
  let first = Infinity
  let last = 0
  for await (const { key, timestamp } of broker.admin.read(prefix + OrderPlaced.topic)) {
    keys.add(key?.toString() ?? '')
    first = Math.min(first, timestamp)
    last = Math.max(last, timestamp)
  }
  const client = new Client(databaseUrl)
  await client.connect()
  const { rows } = await client.query<{ orders: number }>('select count(*)::int as orders from orders')
  await client.end()
  if (keys.size !== count || rows[0]?.orders !== count)
    throw new Error(`${count} messages, ${rows[0]?.orders} orders, ${keys.size} distinct events`)
  const cpu = recorder.between(first, last)
  const micros = (seconds: number) => Math.round((seconds / count) * 1e6)
  return {
    messages: count,
    perSecond: Math.round((count / (last - first)) * 1000),
    service: micros(cpu.service),
    database: micros(cpu.database),
    broker: micros(cpu.broker),
    residentMiB: resident,
  }
}

function print(results: ReadonlyMap<string, readonly Result[]>): void {
  console.log(
    '| effects once: inbox + row + outgoing | messages | msg/s, median (min–max) | CPU µs a message: service | database | broker | service MiB |',
  )
  console.log('|---|---|---|---|---|---|---|')
  for (const [name, runs] of results) {
    const rates = runs.map((run) => run.perSecond)
    const of = (key: keyof Result) => median(runs.map((run) => run[key]))
    console.log(
      `| ${name} | ${of('messages')} | ${median(rates)} (${Math.min(...rates)}–${Math.max(...rates)}) | ${of('service')} | ${of('database')} | ${of('broker')} | ${of('residentMiB')} |`,
    )
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
