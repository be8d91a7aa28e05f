// What saves, look-ups and the cleaning cost beside an inbox with many rows: those of eight days, the first of which is forgotten.
//   npm run bench -- inbox [--rows 50000000] [--save]
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { startOwnPostgres } from '../load/house-of-cards/postgres.ts'
import { cpuSeconds } from './cpu.ts'
import { writeRun } from './figures/runs.ts'
import { median, percentile } from './figures/statistics.ts'
import { short, table } from './figures/table.ts'
import { newMessages, unitOf } from './inbox/units.ts'
import { makeDatabase } from './makeDatabase.ts'
import { migrate, openPool, petrelMigrations, postgresStore, silentLog } from './support.ts'

const { values: args } = parseArgs({
  options: { rows: { type: 'string', default: '50000000' }, save: { type: 'boolean', default: false } },
})
const rows = Number(args.rows)
const days = 8
const dayMs = 24 * 60 * 60_000
const [messages, times] = [200, 300]
const now = Date.now()
const forgotten = new Date(now - (days - 1) * dayMs)

await using postgres = await startOwnPostgres(undefined, {
  shared_buffers: '1GB',
  max_wal_size: '4GB',
  autovacuum_naptime: '10s',
})
const cpu = () => cpuSeconds(postgres.pid, { withChildren: true })

const empty = await measure('empty', 0)
const full = await measure('full', rows)

console.log(
  table([
    [`ms (median / 99 % / longest), ${messages} messages at a time`, 'empty inbox', `${rows / 1e6} million rows`],
    ...(['save', 'look-up of new ones', 'look-up of handled ones', 'save while it is cleaned'] as const).map((what) => [
      what,
      shown(empty.times[what]),
      shown(full.times[what]),
    ]),
  ]),
)
for (const [what, { deleted, seconds, cpu }] of Object.entries({ 'The cleaning': full.first, 'The next cleaning': full.next }))
  console.log(`${what} deleted ${deleted} rows in ${short(seconds)} s, with ${short(cpu)} s of PostgreSQL's CPU.`)
console.log(`The inbox had ${short(full.bytes / 2 ** 30)} GiB.`)
writeRun('inbox', { rows, empty, full }, { keep: args.save })

async function measure(name: string, count: number) {
  const databaseUrl = await makeDatabase(postgres.databaseUrl, name)
  await migrate(databaseUrl, [petrelMigrations])
  const bytes = await fill(databaseUrl, count)
  const pool = openPool(databaseUrl, silentLog)
  const store = postgresStore({ pool, log: silentLog })
  const handled = newMessages(messages)
  await store.save([unitOf(handled)])
  const save = () => store.save([unitOf(newMessages(messages))])
  const before = {
    save: await timesOf(save),
    'look-up of new ones': await timesOf(() => store.handledIds(newMessages(messages))),
    'look-up of handled ones': await timesOf(() => store.handledIds(handled)),
  }
  const clean = () => used(() => store.deleteHandledBefore(forgotten))
  const saving = whileRuns(clean(), save)
  const [first, besides] = [await saving.result, await saving.times]
  const next = await clean()
  await pool.end()
  return { times: { ...before, 'save while it is cleaned': besides }, first, next, bytes }
}

/** As if so many messages had come evenly, each handled as soon as it was made; vacuumed, as it would be by then. @returns its size */
async function fill(databaseUrl: string, count: number): Promise<number> {
  const client = new Client(databaseUrl)
  await client.connect()
  await client.query('set statement_timeout = 0; set synchronous_commit = off')
  const step = 1_000_000
  for (let from = 0; from < count; from += step) {
    await client.query(
      `insert into petrel_inbox (id, handled_at)
       select (lpad(to_hex(ms), 12, '0') || substr(md5(number::text), 13))::uuid, to_timestamp(ms / 1000.0)
       from (select number, $1::bigint + (number * $2::float8)::bigint as ms from generate_series($3::bigint, $4::bigint) as number) as made`,
      [now - days * dayMs, (days * dayMs) / count, from, Math.min(from + step, count) - 1],
    )
    process.stderr.write(`\r${Math.min(from + step, count)} rows`)
  }
  await client.query('vacuum (analyze) petrel_inbox')
  const { rows: sizes } = await client.query<{ bytes: string }>(`select pg_total_relation_size('petrel_inbox') as bytes`)
  await client.end()
  process.stderr.write('\n')
  return Number(sizes[0]?.bytes)
}

/** Milliseconds of each. */
async function timesOf(work: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = []
  while (taken.length < times) taken.push(await timeOf(work))
  return taken
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

/** How long the work takes each time, as long as something else runs. */
function whileRuns<T>(result: Promise<T>, work: () => Promise<unknown>) {
  const over = new AbortController()
  const repeat = async () => {
    const taken: number[] = []
    do taken.push(await timeOf(work))
    while (!over.signal.aborted)
    return taken
  }
  return { result: result.finally(() => over.abort()), times: repeat() }
}

async function used(work: () => Promise<number>) {
  const [cpuBefore, begin] = [cpu(), performance.now()]
  const deleted = await work()
  return { deleted, seconds: (performance.now() - begin) / 1_000, cpu: cpu() - cpuBefore }
}

function shown(taken: readonly number[]): string {
  return [median(taken), percentile(taken, 99), Math.max(...taken)].map(short).join(' / ')
}
