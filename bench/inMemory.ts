// What is paid to be told of a message: metrics, tracing and audit, each beside the same work without it, in turns.
//   npm run bench -- in-memory [--messages 40000] [--rounds 9] [--save]
// Broker and store are in memory, so that a microsecond is not lost in what Kafka and PostgreSQL cost: and so what they cost is not in it.
// A run with tracing counts only when the collector got a span of each message that was handled, and one of each that was sent.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { openTracing, silentLog, tracingSettings } from '@petrel/messaging'
import { differenceTable } from './figures/differences.ts'
import { writeRun } from './figures/runs.ts'
import { each, inTurns, turnOptions } from './figures/turns.ts'
import { type Cost, costOf } from './inMemory/costOf.ts'
import { policy } from './inMemory/policy.ts'

const { messages, rounds, save } = turnOptions()
const collector = fork(join(import.meta.dirname, 'tracing/collectorProcess.ts'))
const [url] = (await once(collector, 'message')) as [string]
const settings = tracingSettings.parse({ OTEL_EXPORTER_OTLP_ENDPOINT: url })

const modes = [
  { name: 'off', run: () => costOf(messages, { audit: 'off' }) },
  { name: 'metrics', run: () => costOf(messages, { metered: true, audit: 'off' }) },
  { name: 'tracing, 1 %', run: () => traced(0.01) },
  { name: 'tracing, 100 %', run: () => traced(1) },
  { name: 'audit', run: () => costOf(messages, { audit: 'all' }) },
  { name: 'saga, off', run: () => costOf(messages, { endpoint: policy, audit: 'off' }) },
  { name: 'saga, audit', run: () => costOf(messages, { endpoint: policy, audit: 'all' }) },
]
const run = (count: number) =>
  inTurns(
    count,
    modes,
    ({ run: measure }) => measure(),
    ({ cpu }) => `${cpu.toFixed(1)} µs`,
  )
await run(4) // Compiles what is hot.
const costs = each(await run(rounds), ({ cpu }) => cpu)
collector.disconnect()

const isOfSaga = ([name]: readonly [string, unknown]) => name.startsWith('saga')
for (const [what, own] of Object.entries(
  Object.groupBy(Object.entries(costs), (mode) => (isOfSaga(mode) ? 'a saga' : 'a handler')),
))
  console.log(`${differenceTable(what, Object.fromEntries(own ?? []))}\n`)
writeRun('in-memory', costs, { keep: save })

/** @throws Error when a span is missing */
async function traced(share: number): Promise<Cost> {
  const tracing = await openTracing('bench', settings, silentLog)
  const cost = await costOf(messages, { tracing, share, audit: 'off' })
  collector.send('count')
  const [spans] = (await once(collector, 'message')) as [Record<string, number>]
  if (spans['process'] !== messages * share || spans['send'] !== messages * share)
    throw new Error(`Of ${messages * share} messages the collector has ${JSON.stringify(spans)}.`)
  return cost
}
