// `npm run bench -- <name> …`: hands over to one of the benchmarks; without a name it says which there are.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const benchmarks: Readonly<Record<string, readonly [file: string, what: string]>> = {
  shop: ['shop.ts', 'what an order costs, from the page to the last mail, under six loads; or beside another checkout'],
  'effects-once': ['effectsOnce.ts', 'what a message costs in one service, beside loops written by hand and other frameworks'],
  compare: ['compare.ts', 'what changed in CPU a message and an order since the kept run'],
  replicas: ['replicas.ts', 'what a second and a third replica of a service bring'],
  tracing: ['tracing.ts', 'what recording one trace in a hundred, and all, adds to a message'],
  secured: ['secured.ts', 'what TLS and a login cost a message'],
  idle: ['idle.ts', 'what everything costs while nobody buys'],
  pods: ['pods.ts', 'what replicas bring in pods of a cluster'],
  'pods-rebalance': ['podsRebalance.ts', 'how long lanes stand still when a pod joins or leaves'],
  audit: ['audit.ts', 'what the audit adds to a message'],
  'in-memory': ['inMemory.ts', 'what metrics, tracing and audit add to a message, without the noise of Kafka and PostgreSQL'],
  metrics: ['metrics.ts', 'what the metrics cost a message'],
  console: ['console.ts', 'how fast the console reads, answers and sends 100,000 failures back'],
  handled: ['handled.ts', 'what it costs the console to know what the endpoints handle'],
  inbox: ['inbox.ts', 'what saves, look-ups and the cleaning cost beside an inbox of fifty million rows'],
  statements: ['statements.ts', 'what it costs that statements have no names, which a pooler would not keep'],
  requests: ['requests.ts', 'what it costs a service to write and to read what it says to Kafka'],
  rebalance: ['rebalance.ts', 'how long lanes stand still when a replica joins or leaves'],
}

const [name = '', ...args] = process.argv.slice(2)
const benchmark = benchmarks[name]
if (benchmark === undefined) {
  if (name !== '') console.error(`There is no benchmark "${name}".`)
  console.log('npm run bench -- <name> [options]; what each measures, and its options, is in bench/README.md\n')
  for (const [each, [, what]] of Object.entries(benchmarks)) console.log(`  ${each.padEnd(14)} ${what}`)
  process.exit(name === '' ? 0 : 1)
}
const { status } = spawnSync(process.execPath, [...process.execArgv, join(import.meta.dirname, benchmark[0]), ...args], {
  stdio: 'inherit',
})
process.exitCode = status ?? 1
