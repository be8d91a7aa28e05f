// What the audit costs Node a message: the work of `effects-once` without it, and with an entry for every message.
//   npm run bench -- audit [--messages 40000] [--rounds 9] [--save]
// The two take turns, in an order that changes. A run with the audit counts only when it says of each message that it was handled.
import { auditDecoder, auditTopic, type Broker, deliveriesIn } from '@petrel/messaging/operations'
import { startOwnStack } from '../test/support/oneStack.ts'
import { says } from './effectsOnce/contender.ts'
import { bench } from './effectsOnce/endpoint.ts'
import { onOurStack } from './effectsOnce/ours.ts'
import { differenceTable } from './figures/differences.ts'
import { writeRun } from './figures/runs.ts'
import { median } from './figures/statistics.ts'
import { short } from './figures/table.ts'
import { each, inTurns, turnOptions } from './figures/turns.ts'
import { confluentRegistry } from './support.ts'

const { messages, rounds, save } = turnOptions()

await using opened = new AsyncDisposableStack()
const { stack, remove } = await startOwnStack()
opened.defer(remove)
const decode = auditDecoder(confluentRegistry({ url: stack.registryUrl }))

const modes = [
  { name: 'off', variation: { environment: { AUDIT: 'off' } } },
  { name: 'all', variation: { environment: { AUDIT: 'all' }, verify: everyMessageIsTold } },
]
const results = await inTurns(
  rounds,
  modes,
  ({ name, variation }, round) => onOurStack(stack, `audit${name}`, 'effectsOnce/main.ts', messages, variation).run(round),
  says,
)
console.log(
  differenceTable(
    'audit',
    each(results, ({ service }) => service),
  ),
)
for (const [name, runs] of Object.entries(results))
  console.log(
    `\n${name}: ${(['database', 'broker'] as const).map((part) => `${part} ${short(median(runs.map((run) => run[part])))} µs`).join(', ')} a message`,
  )
writeRun('audit', results, { keep: save })

/** @throws Error when the audit does not say of each message, and of one delivery of it, that it was handled */
async function everyMessageIsTold(broker: Broker, prefix: string): Promise<void> {
  const audits = []
  for await (const record of broker.admin.read(prefix + auditTopic(bench.name))) audits.push(await decode(record))
  const handled = deliveriesIn(audits).filter(({ entry }) => entry.outcome === 'handled')
  const told = new Set(handled.map(({ entry }) => entry.id))
  if (handled.length !== messages || told.size !== messages)
    throw new Error(`Of ${messages} messages the audit has ${told.size}, handled ${handled.length} times.`)
}
