import type { Pool } from 'pg'
import { inPages } from './pages.ts'
import { statement } from './saveStatement.ts'

export const deleteHandledInPages = statement(`with gone as (
  delete from petrel_inbox where ctid >= $1::tid and ctid < $2::tid and handled_at < $3 returning 1)
  select count(*)::int as deleted from gone`)

/**
 * Deletes rows from before `date`. Rows of a time are found in no other way that costs less: an index on `handled_at` would cost
 * each insert 9 % of PostgreSQL's CPU, and a BRIN index fails once the space of deleted rows is used again (decision 0004).
 * @returns how many
 */
export const cleanInbox = (pool: Pool, date: Date): Promise<number> => inPages(pool, 'petrel_inbox', deleteHandledInPages, date)
