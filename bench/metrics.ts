// What the metrics cost a message: the same messages with metrics and without, in turn.
//   npm run bench -- metrics [--messages 40000] [--pairs 9] [--save]
// Broker and store are in memory, so that the difference of a microsecond is not lost in what Kafka and PostgreSQL cost.
import { parseArgs } from 'node:util'
import { writeRun } from './figures/runs.ts'
import { median } from './figures/statistics.ts'
import { table } from './figures/table.ts'
import { type Cost, costOf } from './metrics/costOf.ts'

const { values: args } = parseArgs({
  options: {
    messages: { type: 'string', default: '40000' },
    pairs: { type: 'string', default: '9' },
    save: { type: 'boolean', default: false },
  },
})
const messages = Number(args.messages)

/** Both orders, so that whoever comes second in a pair has no advantage over all. */
async function pair(number: number): Promise<{ on: Cost; off: Cost }> {
  if (number % 2 === 0) {
    const off = await costOf(messages, { metered: false })
    return { off, on: await costOf(messages, { metered: true }) }
  }
  const on = await costOf(messages, { metered: true })
  return { on, off: await costOf(messages, { metered: false }) }
}

for (const number of [0, 1]) await pair(number) // Compiles what is hot.
const pairs: { on: Cost; off: Cost }[] = []
for (let number = 1; number <= Number(args.pairs); number++) {
  const { on, off } = await pair(number)
  console.error(`pair ${number}: ${micros(off.cpu)} µs without, ${micros(on.cpu)} with metrics`)
  pairs.push({ on, off })
}

const differences = pairs.map(({ on, off }) => on.cpu - off.cpu)
const of = (values: readonly number[]) => [median(values), Math.min(...values), Math.max(...values)].map(micros)
console.log(
  table([
    ['CPU µs of Node a message', 'median', 'least', 'most'],
    ['without metrics', ...of(pairs.map(({ off }) => off.cpu))],
    ['with metrics', ...of(pairs.map(({ on }) => on.cpu))],
    ['**what metrics cost**, pair by pair', ...of(differences)],
  ]),
)
console.log(`\nOne scrape of the endpoint: ${median(pairs.map(({ on }) => on.scrapeMs)).toFixed(1)} ms.`)
writeRun('metrics', { messages, pairs }, { keep: args.save })

function micros(value: number): string {
  return value.toFixed(2)
}
