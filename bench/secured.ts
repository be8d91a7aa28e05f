// What TLS and a login cost a message: the work of `effects-once` on a stack with open doors, and on one where Kafka and PostgreSQL have TLS
// and SCRAM.
//   npm run bench -- secured [--messages 40000] [--rounds 9] [--save]
// The two take turns, in an order that changes.
import { startOwnStack } from '../test/support/oneStack.ts'
import { says } from './effectsOnce/contender.ts'
import { onOurStack } from './effectsOnce/ours.ts'
import { differenceTable } from './figures/differences.ts'
import { rateTable } from './figures/rates.ts'
import { writeRun } from './figures/runs.ts'
import { each, inTurns, turnOptions } from './figures/turns.ts'

const { messages, rounds, save } = turnOptions()

await using opened = new AsyncDisposableStack()
const open = await startOwnStack()
opened.defer(open.remove)
const closed = await startOwnStack({ users: [] })
opened.defer(closed.remove)

const modes = [
  { name: 'plain', stack: open.stack },
  { name: 'TLS and SCRAM', stack: closed.stack },
]
const results = await inTurns(
  rounds,
  modes,
  ({ stack }, round) => onOurStack(stack, 'secured', 'effectsOnce/main.ts', messages).run(round),
  says,
)
const costs = each(results, ({ service }) => service)
const rates = each(results, ({ perSecond }) => perSecond)
console.log(differenceTable('connections', costs))
console.log(`\n${rateTable('connections', rates)}`)
writeRun('secured', { costs, rates }, { keep: save })
