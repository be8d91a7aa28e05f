// What it costs the console to know what the endpoints handle: a console of its own reads audits of so many messages a second.
//   npm run bench -- handled [--rate 1000] [--seconds 30] [--save]
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { auditTopic } from '@petrel/messaging/operations'
import { freePorts } from '../deploy/local/stack/ports.ts'
import { auditRecords } from '../services/console/src/testing/tellAudits.ts'
import { eventually } from '../test/support/eventually.ts'
import { getJson } from '../test/support/http.ts'
import { startOwnStack } from '../test/support/oneStack.ts'
import { startProcess } from '../test/support/processes.ts'
import { endpointsOf, someAudits } from './handled/someAudits.ts'
import { cpuSeconds, residentMiB } from './cpu.ts'
import { writeRun } from './figures/runs.ts'
import { short, table } from './figures/table.ts'
import { makeDatabase } from './makeDatabase.ts'
import { confluentRegistry, kafkajsBroker, silentLog } from './support.ts'

const { values: args } = parseArgs({
  options: {
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '30' },
    save: { type: 'boolean', default: false },
  },
})
const [rate, seconds] = [Number(args.rate), Number(args.seconds)]
const stepMs = 100
const warmUpSeconds = 10

await using opened = new AsyncDisposableStack()
const { stack, remove } = await startOwnStack()
opened.defer(remove)
const databaseUrl = await makeDatabase(stack.databaseUrl, 'console')
const broker = kafkajsBroker({ brokers: stack.kafkaBrokers.split(','), clientId: 'bench', log: silentLog })
opened.defer(() => broker.close())
const registry = confluentRegistry({ url: stack.registryUrl })
await broker.admin.createTopics(endpointsOf.map((endpoint) => ({ topic: auditTopic(endpoint), partitions: 4, config: {} })))
const recordOf = await auditRecords(registry, '', endpointsOf)

const [port = 0] = await freePorts(1)
const service = await startProcess('console', {
  KAFKA_BROKERS: stack.kafkaBrokers,
  SCHEMA_REGISTRY_URL: stack.registryUrl,
  DATABASE_URL: databaseUrl,
  CONSOLE_PORT: String(port),
})
opened.defer(() => service.stop())
await service.logged(({ event }) => event === 'reading')

const client = new Client(databaseUrl)
await client.connect()
opened.defer(() => client.end())

await tell(warmUpSeconds)
const idle = await used(seconds, () => sleep(seconds * 1_000))
const busy = await used(seconds, () => tell(seconds))
const looking = await used(seconds, () => Promise.all([tell(seconds), look(seconds)]))
const bytes = await bytesOfMessage()

const perMessage = (name: keyof typeof busy) => ((busy[name] - idle[name]) / (rate * seconds)) * 1e6
const share = (figures: typeof busy, name: keyof typeof busy) => `${short((figures[name] / seconds) * 100)} %`
console.log(
  table([
    [`${rate} messages a second`, 'µs of CPU a message', 'of a core', 'of a core, idle', 'of a core, and somebody looks'],
    ...(['console', 'postgres', 'kafka'] as const).map((name) => [
      name,
      short(perMessage(name)),
      share(busy, name),
      share(idle, name),
      share(looking, name),
    ]),
  ]),
)
console.log(`\nA message takes ${Math.round(bytes)} bytes of the database; the console has ${residentMiB(service.pid)} MiB.`)
writeRun('handled', { rate, seconds, idle, busy, looking, bytes }, { keep: args.save })

/** Audits at the rate, and until the console has written all of them. */
async function tell(forSeconds: number): Promise<void> {
  const begin = performance.now()
  const before = await written()
  const steps = (forSeconds * 1_000) / stepMs
  for (let step = 0; step < steps; step++) {
    await broker.publish(someAudits((rate * stepMs) / 1_000).map(recordOf))
    await sleep(Math.max(0, begin + (step + 1) * stepMs - performance.now()))
  }
  await eventually(async () => {
    const missing = before + rate * forSeconds - (await written())
    if (missing > 0) throw new Error(`${missing} messages are not written yet`)
  })
}

/** What a page asks for while somebody looks at all endpoints. */
async function look(forSeconds: number): Promise<void> {
  for (let asked = 0; asked < forSeconds; asked++) {
    for (const path of ['/api/summary', '/api/endpoints?window=15', '/api/map']) await getJson(`http://127.0.0.1:${port}${path}`)
    await sleep(1_000)
  }
}

async function written(): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    'select coalesce(sum(handled), 0)::int as count from rate where grain = 60',
  )
  return rows[0]?.count ?? 0
}

async function bytesOfMessage(): Promise<number> {
  const { rows } = await client.query<{ bytes: number }>(
    `select sum(pg_total_relation_size(inhrelid))::float8 / (select count(*) from handled) as bytes
     from pg_inherits where inhparent = 'handled'::regclass`,
  )
  return rows[0]?.bytes ?? 0
}

/** CPU seconds of each process, in that many seconds. */
async function used(forSeconds: number, work: () => Promise<unknown>) {
  const { kafka = 0, postgres = 0 } = stack.pids()
  const read = () => ({
    console: cpuSeconds(service.pid),
    postgres: cpuSeconds(postgres, { withChildren: true }),
    kafka: cpuSeconds(kafka),
  })
  const before = read()
  await Promise.all([work(), sleep(forSeconds * 1_000)])
  const after = read()
  return {
    console: after.console - before.console,
    postgres: after.postgres - before.postgres,
    kafka: after.kafka - before.kafka,
  }
}
