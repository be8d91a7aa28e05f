// What tracing costs Node a message: the work of `effects-once` without it, with one trace in a hundred recorded, and with all.
//   npm run bench -- tracing [--messages 40000] [--rounds 9] [--save]
// The three take turns, in an order that changes. A run with all counts only when the collector got a span of each message that
// was handled, and one of each that was sent.
import { eventually } from '../test/support/eventually.ts'
import { startOwnStack } from '../test/support/oneStack.ts'
import { onOurStack } from './effectsOnce/ours.ts'
import { differenceTable } from './figures/differences.ts'
import { writeRun } from './figures/runs.ts'
import { each, inTurns, turnOptions } from './figures/turns.ts'
import { type CountingCollector, countingCollector } from './tracing/countingCollector.ts'

const { messages, rounds, save } = turnOptions()

await using opened = new AsyncDisposableStack()
const { stack, remove } = await startOwnStack()
opened.defer(remove)
const collector = await countingCollector()
opened.defer(() => collector.close())

const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
const modes = [
  { name: 'off', share: 0, environment: {} },
  { name: '1 %', share: 0.01, environment: traced },
  { name: '100 %', share: 1, environment: traced },
]
const results = await inTurns(
  rounds,
  modes,
  async ({ share, environment }, round) => {
    const run = onOurStack(stack, `tracing${share * 100}x`, 'effectsOnce/main.ts', messages, { share, environment }).run(round)
    const { service, perSecond } = await run
    return { service, perSecond, spans: share === 1 ? await wholeCount(collector) : collector.counted() }
  },
  ({ service, perSecond, spans }) => `${service.toFixed(1)} µs, ${Math.round(perSecond)} messages a second, ${said(spans)}`,
)
const costs = each(results, ({ service }) => service)
console.log(differenceTable('tracing', costs))
writeRun('tracing', costs, { keep: save })

/** @throws Error when a span is missing */
async function wholeCount(collected: CountingCollector): Promise<Readonly<Record<string, number>>> {
  const sum: Record<string, number> = {}
  return eventually(() => {
    for (const [name, count] of Object.entries(collected.counted())) sum[name] = (sum[name] ?? 0) + count
    if (sum['process'] !== messages || sum['send'] !== messages) throw new Error(`Of ${messages} messages: ${said(sum)}.`)
    return sum
  })
}

function said(spans: Readonly<Record<string, number>>): string {
  const words = Object.entries(spans).map(([name, count]) => `${count} ${name}`)
  return `spans: ${words.join(', ') || 'none'}`
}
