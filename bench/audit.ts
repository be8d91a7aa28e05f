// What the audit costs Node a message: the work of `effects-once` without it, and with an entry for every message.
//   npm run bench -- audit [--messages 40000] [--rounds 9] [--save]
// The two take turns, in an order that changes. A run with the audit counts only when it says of each message that it was handled.
import { parseArgs } from 'node:util'
import { auditDecoder, auditTopic, type Broker, deliveriesIn } from '@petrel/messaging/operations'
import { startOwnStack } from '../test/support/oneStack.ts'
import type { Result } from './effectsOnce/contender.ts'
import { bench } from './effectsOnce/endpoint.ts'
import { onOurStack } from './effectsOnce/ours.ts'
import { differenceTable } from './figures/differences.ts'
import { writeRun } from './figures/runs.ts'
import { median } from './figures/statistics.ts'
import { short } from './figures/table.ts'
import { confluentRegistry } from './support.ts'

const { values: args } = parseArgs({
  options: {
    messages: { type: 'string', default: '40000' },
    rounds: { type: 'string', default: '9' },
    save: { type: 'boolean', default: false },
  },
})
const messages = Number(args.messages)

await using opened = new AsyncDisposableStack()
const { stack, remove } = await startOwnStack()
opened.defer(remove)
const decode = auditDecoder(confluentRegistry({ url: stack.registryUrl }))

const modes = ['off', 'all'] as const
const results: Record<(typeof modes)[number], Result[]> = { off: [], all: [] }
for (let round = 1; round <= Number(args.rounds); round++)
  for (const mode of round % 2 === 1 ? modes : modes.toReversed()) {
    const verify = mode === 'all' ? everyMessageIsTold : undefined
    const variation = { environment: { AUDIT: mode }, ...(verify !== undefined && { verify }) }
    const result = await onOurStack(stack, `audit${mode}`, 'effectsOnce/main.ts', messages, variation).run(round)
    console.error(`round ${round}, ${mode}: ${figures(result)}, ${Math.round(result.perSecond)} messages a second`)
    results[mode].push(result)
  }
console.log(
  differenceTable('audit', { off: results.off.map(({ service }) => service), all: results.all.map(({ service }) => service) }),
)
for (const mode of modes)
  console.log(
    `\n${mode}: ${(['database', 'broker'] as const).map((part) => `${part} ${medianOf(mode, part)} µs`).join(', ')} a message`,
  )
writeRun('audit', results, { keep: args.save })

/** @throws Error when the audit does not say of each message, and of one delivery of it, that it was handled */
async function everyMessageIsTold(broker: Broker, prefix: string): Promise<void> {
  const audits = []
  for await (const record of broker.admin.read(prefix + auditTopic(bench.name))) audits.push(await decode(record))
  const handled = deliveriesIn(audits).filter(({ entry }) => entry.outcome === 'handled')
  const told = new Set(handled.map(({ entry }) => entry.id))
  if (handled.length !== messages || told.size !== messages)
    throw new Error(`Of ${messages} messages the audit has ${told.size}, handled ${handled.length} times.`)
}

function figures({ service, database, broker }: Result): string {
  return `${service.toFixed(1)} µs of Node, ${database.toFixed(1)} of the database, ${broker.toFixed(1)} of the broker`
}

function medianOf(mode: (typeof modes)[number], part: 'database' | 'broker'): string {
  return short(median(results[mode].map((result) => result[part])))
}
