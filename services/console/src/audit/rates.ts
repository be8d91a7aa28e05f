import type { ClientBase } from 'pg'
import type { Names } from './names.ts'
import type { Sum } from './sums.ts'
import type { GrainTally } from './tally.ts'

interface Table {
  readonly name: string
  /** Besides grain and time. */
  readonly names: readonly (readonly [column: string, type: string])[]
  readonly values: readonly (readonly [column: string, type: string])[]
}

const counts = (...columns: string[]) => columns.map((column) => [column, 'int'] as const)

const rate: Table = {
  name: 'rate',
  names: [
    ['endpoint', 'text'],
    ['type', 'text'],
    ['source', 'text'],
  ],
  values: [
    ...counts('handled', 'retried', 'postponed', 'dead_lettered', 'duplicate'),
    ['processing_us', 'bigint'],
    ['critical_us', 'bigint'],
  ],
}

const timing: Table = {
  name: 'timing',
  names: [
    ['endpoint', 'text'],
    ['type', 'text'],
    ['bucket', 'smallint'],
  ],
  values: counts('processing', 'critical'),
}

const instanceRate: Table = { name: 'instance_rate', names: [['instance', 'int']], values: counts('handled', 'failed') }

/** Adds what was counted to what is there. */
export async function addRates(client: ClientBase, tallies: readonly GrainTally[], { instances }: Names): Promise<void> {
  const numbered = ({ names: [id], ...sum }: Sum): Sum => ({ ...sum, names: [instances.get(String(id)) ?? 0] })
  const rowsOf = (part: (tally: GrainTally) => readonly Sum[]) =>
    tallies.flatMap((tally) => part(tally).map((sum): Row => ({ grain: tally.grain, sum })))
  await add(
    client,
    rate,
    rowsOf((tally) => tally.rates),
  )
  await add(
    client,
    timing,
    rowsOf((tally) => tally.timings),
  )
  await add(
    client,
    instanceRate,
    rowsOf((tally) => tally.instances.map(numbered)),
  )
}

interface Row {
  readonly grain: number
  readonly sum: Sum
}

async function add(client: ClientBase, table: Table, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  await client.query({
    name: `add-${table.name}`,
    text: statementOf(table),
    values: [
      rows.map(({ grain }) => grain),
      rows.map(({ sum }) => sum.at),
      ...table.names.map((_, index) => rows.map(({ sum }) => sum.names[index])),
      ...table.values.map((_, index) => rows.map(({ sum }) => Math.round(sum.values[index] ?? 0))),
    ],
  })
}

function statementOf({ name, names, values }: Table): string {
  const columns = [['grain', 'smallint'] as const, ['at', 'bigint'] as const, ...names, ...values]
  const listed = columns.map(([column]) => column)
  const key = listed.slice(0, names.length + 2)
  const parameters = columns.map(([, type], index) => `$${index + 1}::${type}[]`)
  return `
    insert into ${name} (${listed.join(', ')})
    select ${listed.map((column) => (column === 'at' ? 'to_timestamp(at)' : column)).join(', ')}
    from unnest(${parameters.join(', ')}) as counted (${listed.join(', ')})
    on conflict (${key.join(', ')}) do update
    set ${values.map(([column]) => `${column} = ${name}.${column} + excluded.${column}`).join(', ')}`
}
