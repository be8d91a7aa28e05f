// What it costs that the statements of the store have no names: saves and look-ups, with names and without, in turn.
//   npm run bench -- statements [--rounds 9] [--save]
import { parseArgs } from 'node:util'
import { Client, type QueryConfig } from 'pg'
import { startOwnPostgres } from '../load/house-of-cards/postgres.ts'
import { cpuSeconds } from './cpu.ts'
import { writeRun } from './figures/runs.ts'
import { median } from './figures/statistics.ts'
import { short, table } from './figures/table.ts'
import { newMessages, unitOf } from './inbox/units.ts'
import { makeDatabase } from './makeDatabase.ts'
import { migrate, petrelMigrations, SaveStatements } from './support.ts'

const { values: args } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, save: { type: 'boolean', default: false } },
})
const rounds = Number(args.rounds)
const saves = 1_000

await using postgres = await startOwnPostgres()
const databaseUrl = await makeDatabase(postgres.databaseUrl, 'statements')
await migrate(databaseUrl, [petrelMigrations])
const client = new Client(databaseUrl)
await client.connect()
const statements = new SaveStatements()

const figures: Record<number, { readonly named: number[]; readonly unnamed: number[] }> = {}
for (const messages of [1, 20, 200]) {
  const taken = { named: [] as number[], unnamed: [] as number[] }
  for (let round = 0; round <= rounds; round++) {
    for (const how of round % 2 === 0 ? (['named', 'unnamed'] as const) : (['unnamed', 'named'] as const)) {
      const micros = await cpuOf(messages, how === 'named' ? { name: 'save' } : {})
      // The first round is for caches.
      if (round > 0) taken[how].push(micros)
    }
  }
  figures[messages] = taken
}
await client.end()

console.log(
  table([
    ["µs of PostgreSQL's CPU a save", 'named', 'without a name', 'more a message'],
    ...Object.entries(figures).map(([messages, { named, unnamed }]) => [
      `${messages} messages`,
      short(median(named)),
      short(median(unnamed)),
      short((median(unnamed) - median(named)) / Number(messages)),
    ]),
  ]),
)
writeRun('statements', figures, { keep: args.save })

/** Microseconds of PostgreSQL for each save of so many messages, each with a record. */
async function cpuOf(messages: number, name: Pick<QueryConfig, 'name'>): Promise<number> {
  await client.query('truncate petrel_inbox, petrel_outbox')
  const before = cpuSeconds(postgres.pid, { withChildren: true })
  for (let save = 0; save < saves; save++) {
    const statement = statements.for([unitOf(newMessages(messages))])
    if (statement !== undefined) await client.query({ ...statement, ...name })
  }
  return ((cpuSeconds(postgres.pid, { withChildren: true }) - before) / saves) * 1e6
}
