// What TLS and a login cost a message: the work of `effects-once` on a stack with open doors, and on one where Kafka and PostgreSQL have TLS
// and SCRAM.
//   npm run bench -- secured [--messages 40000] [--rounds 9] [--save]
// The two take turns, in an order that changes.
import { parseArgs } from 'node:util'
import { startOwnStack } from '../test/support/oneStack.ts'
import { onOurStack } from './effectsOnce/ours.ts'
import { writeRun } from './figures/runs.ts'
import { differenceTable } from './figures/differences.ts'

const { values: args } = parseArgs({
  options: {
    messages: { type: 'string', default: '40000' },
    rounds: { type: 'string', default: '9' },
    save: { type: 'boolean', default: false },
  },
})

await using opened = new AsyncDisposableStack()
const open = await startOwnStack()
opened.defer(open.remove)
const closed = await startOwnStack({ users: [] })
opened.defer(closed.remove)

const modes = [
  { name: 'plain', stack: open.stack },
  { name: 'TLS and SCRAM', stack: closed.stack },
]
const costs: Record<string, number[]> = Object.fromEntries(modes.map(({ name }) => [name, []]))
const rates: Record<string, number[]> = Object.fromEntries(modes.map(({ name }) => [name, []]))
for (let round = 1; round <= Number(args.rounds); round++)
  for (const { name, stack } of round % 2 === 1 ? modes : modes.toReversed()) {
    const measured = await onOurStack(stack, 'secured', 'effectsOnce/main.ts', Number(args.messages)).run(round)
    const { service, broker, database, perSecond } = measured
    const parts = `service ${service.toFixed(1)} µs, broker ${broker.toFixed(1)} µs, database ${database.toFixed(1)} µs`
    console.error(`round ${round}, ${name}: ${parts}, ${Math.round(perSecond)} messages a second`)
    costs[name]?.push(service)
    rates[name]?.push(perSecond)
  }
console.log(differenceTable('connections', costs))
writeRun('secured', { costs, rates }, { keep: args.save })
