import { coalescing } from '@petrel/messaging'
import type { Pool } from 'pg'

/** A row with the key of the request that it answers. */
export interface Keyed {
  readonly request_key: string
}

/**
 * Writes a row once for its key, and answers with the one that is there: asked again, the answer is the first one. Rows that
 * come while others are written go into one statement, and to the disk together.
 */
export function keepOnce<Row extends Keyed>(database: Pool, table: string): (row: Row) => Promise<Row> {
  const insert = `insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb) on conflict do nothing`
  const select = `select * from ${table} where request_key = any($1)`
  return coalescing(async (rows: readonly Row[]) => {
    await database.query({ name: `insert ${table}`, text: insert, values: [JSON.stringify(inOneDirection(rows))] })
    const keys = rows.map(({ request_key }) => request_key)
    const found = await database.query<Row>({ name: `select ${table}`, text: select, values: [keys] })
    const kept = new Map(found.rows.map((row) => [row.request_key, row]))
    return rows.map((row) => kept.get(row.request_key) ?? row)
  })
}

/** Two statements with the same keys wait for each other in one direction. */
const inOneDirection = <Row extends Keyed>(rows: readonly Row[]): Row[] =>
  rows.toSorted((one, other) => (one.request_key < other.request_key ? -1 : 1))
