import type { Pool } from 'pg'
import type { StoreFixture } from '../conformance/fixture.ts'
import { postgresStore } from '../postgres/store.ts'

/** The tables of the conformance suite's service. */
export const conformanceTables = `
  create table orders (id text primary key, total_cents bigint not null, placed_at timestamptz, lines jsonb not null);
  create table notes (
    id uuid primary key, text text, urgent boolean not null,
    quantity integer constraint notes_quantity_positive check (quantity > 0))`

/** A new one: connections of the test before may tell the statistics of theirs only now. */
const newInbox = `
  create table fresh (like petrel_inbox including all);
  drop table petrel_inbox;
  alter table fresh rename to petrel_inbox;
  alter index fresh_pkey rename to petrel_inbox_pkey`

/** An empty database for one test of the conformance suite. */
export async function conformanceFixture(pool: Pool): Promise<StoreFixture> {
  await pool.query(newInbox)
  await pool.query('truncate petrel_outbox, petrel_position, petrel_saga, petrel_scheduled, orders, notes')
  return {
    replica: () => postgresStore({ pool, log: console }),
    async rows({ name, columns }) {
      const { rows } = await pool.query<Record<string, unknown>>(`select * from ${name} order by 1`)
      const bigints = Object.keys(columns).filter((column) => columns[column]?.startsWith('bigint'))
      return rows.map((row) => ({ ...row, ...Object.fromEntries(bigints.map((column) => [column, Number(row[column])])) }))
    },
    close: async () => {},
  }
}
