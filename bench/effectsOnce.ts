// Effects-once work of one service: consume → inbox + row + outgoing → next topic, everything on this machine.
//   npm run bench -- effects-once [--messages 150000] [--rounds 3] [--peers <folder>] [--save]
// Petrel, loops written by hand and, where their folder is, other frameworks take turns; a run counts only when every order is
// there once and every event has been said.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startOwnStack } from '../test/support/oneStack.ts'
import { type Contender, says } from './effectsOnce/contender.ts'
import { onOurStack } from './effectsOnce/ours.ts'
import { startPeers } from './effectsOnce/peers.ts'
import { resultTable } from './effectsOnce/ratios.ts'
import { writeRun } from './figures/runs.ts'
import { inTurns } from './figures/turns.ts'

const { values: args } = parseArgs({
  options: {
    messages: { type: 'string', default: '150000' },
    rounds: { type: 'string', default: '3' },
    peers: { type: 'string', default: join(import.meta.dirname, '../../shared/peers') },
    save: { type: 'boolean', default: false },
  },
})
const messages = Number(args.messages)
const peersFolder = resolve(args.peers)

await using opened = new AsyncDisposableStack()
const { stack, remove } = await startOwnStack()
opened.defer(remove)
const contenders: Contender[] = [
  onOurStack(stack, 'Petrel', 'effectsOnce/main.ts', messages),
  onOurStack(stack, 'by hand, in batches', 'baselines/eachBatch.ts', messages),
  // Slower by an order of magnitude: fewer messages, or one waits for minutes.
  onOurStack(stack, 'by hand, a transaction a message', 'baselines/eachMessage.ts', Math.ceil(messages / 8)),
]
if (existsSync(peersFolder)) {
  const peers = await startPeers(peersFolder, messages)
  opened.defer(() => peers.stop())
  contenders.push(...peers.contenders)
} else console.error(`There is no ${peersFolder}: without other frameworks.`)

const results = await inTurns(Number(args.rounds), contenders, ({ run }, round) => run(round), says)
console.log(resultTable(results))
writeRun('effects-once', results, { keep: args.save })
