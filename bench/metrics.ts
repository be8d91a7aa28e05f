// What the metrics cost a message: the same messages with metrics and without, in turns.
//   npm run bench -- metrics [--messages 40000] [--rounds 9] [--save]
// Broker and store are in memory, so that the difference of a microsecond is not lost in what Kafka and PostgreSQL cost.
import { differencesOf } from './figures/differences.ts'
import { writeRun } from './figures/runs.ts'
import { median } from './figures/statistics.ts'
import { table } from './figures/table.ts'
import { each, inTurns, turnOptions } from './figures/turns.ts'
import { costOf } from './inMemory/costOf.ts'

const { messages, rounds, save } = turnOptions()
const modes = [
  { name: 'off', metered: false },
  { name: 'on', metered: true },
]
const run = (count: number) =>
  inTurns(
    count,
    modes,
    ({ metered }) => costOf(messages, { metered }),
    ({ cpu }) => `${micros(cpu)} µs`,
  )
await run(2) // Compiles what is hot.
const results = await run(rounds)

const costs = each(results, ({ cpu }) => cpu)
const { off = [], on = [] } = costs
const of = (values: readonly number[]) => [median(values), Math.min(...values), Math.max(...values)].map(micros)
console.log(
  table([
    ['CPU µs of Node a message', 'median', 'least', 'most'],
    ['without metrics', ...of(off)],
    ['with metrics', ...of(on)],
    ['**what metrics cost**, round by round', ...of(differencesOf(off, on))],
  ]),
)
const scrapes = (results['on'] ?? []).map(({ scrapeMs }) => scrapeMs)
console.log(`\nOne scrape of the endpoint: ${median(scrapes).toFixed(1)} ms.`)
writeRun('metrics', { messages, results }, { keep: save })

function micros(value: number): string {
  return value.toFixed(2)
}
