import type { Pool } from 'pg'
import { runAlone } from './connections.ts'
import { statement } from './saveStatement.ts'

/** 4 MB, up to 80,000 rows: a statement of a tenth of a second. */
const pagesAtOnce = 512

const countPages = statement(`select (pg_relation_size('petrel_inbox') / current_setting('block_size')::int)::int as pages`)
export const deleteHandledInPages = statement(`with gone as (
  delete from petrel_inbox where ctid >= $1::tid and ctid < $2::tid and handled_at < $3 returning 1)
  select count(*)::int as deleted from gone`)

/**
 * Deletes rows from before `date`, page by page through the whole table: each step is bounded, and no page is read twice,
 * however many dead rows it has. Rows of a time are found in no other way that costs less: an index on `handled_at` would cost
 * each insert 9 % of PostgreSQL's CPU, and a BRIN index fails once the space of deleted rows is used again (decision 0004).
 * @returns how many
 */
export async function cleanInbox(pool: Pool, date: Date): Promise<number> {
  const [table] = await runAlone<{ pages: number }>(pool, countPages)
  let deleted = 0
  for (let page = 0; page < (table?.pages ?? 0); page += pagesAtOnce)
    deleted += await deleteFrom(pool, page, page + pagesAtOnce, date)
  return deleted
}

async function deleteFrom(pool: Pool, first: number, end: number, date: Date): Promise<number> {
  const values = [`(${first},0)`, `(${end},0)`, date]
  const [result] = await runAlone<{ deleted: number }>(pool, { ...deleteHandledInPages, values })
  return result?.deleted ?? 0
}
