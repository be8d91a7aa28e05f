// What it costs a service to write and to read what it says to Kafka: kafkajs as it is, and as we patch it, in turns. Nothing else runs.
//   npm run bench -- requests [--rounds 9] [--save]
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { writeRun } from './figures/runs.ts'
import { median } from './figures/statistics.ts'
import { short, table } from './figures/table.ts'
import { each, inTurns, turnOptions } from './figures/turns.ts'
import { works } from './requests/work.ts'

interface Cost {
  /** Microseconds of CPU each time: the first fifty times, and when it is compiled. */
  readonly first: number
  readonly later: number
}

const { rounds, save } = turnOptions()
const all = Object.keys(works).flatMap((work) => ['kafkajs', 'Petrel'].map((who) => ({ name: `${work}, ${who}`, work, who })))
const results = await inTurns(rounds, all, costOf, ({ first, later }) => `${short(first)} µs, later ${short(later)} µs`)

const [first, later] = [each(results, (cost) => cost.first), each(results, (cost) => cost.later)]
console.log(
  table([
    ['µs of Node each time', 'the first fifty times: kafkajs', 'Petrel', 'later: kafkajs', 'Petrel'],
    ...Object.keys(works).map((work) => [
      work,
      ...[first, later].flatMap((costs) => [`${work}, kafkajs`, `${work}, Petrel`].map(of(costs))),
    ]),
  ]),
)
writeRun('requests', { results }, { keep: save })

function of(costs: Readonly<Record<string, readonly number[]>>) {
  return (name: string) => short(median(costs[name] ?? []))
}

async function costOf({ work, who }: (typeof all)[number]): Promise<Cost> {
  const command = [...process.execArgv, join(import.meta.dirname, 'requests/cost.ts'), work, who]
  const { stdout, status } = spawnSync(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
  if (status !== 0) throw new Error(`${work} ended with ${status}.`)
  return JSON.parse(stdout) as Cost
}
