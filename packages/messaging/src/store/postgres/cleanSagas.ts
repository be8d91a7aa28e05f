import type { Pool } from 'pg'
import { inPages } from './pages.ts'

/** The second part gives a time to what an older version of Petrel has completed. */
const deleteCompleted = {
  text: `with gone as (
  delete from petrel_saga where ctid >= $1::tid and ctid < $2::tid and completed and completed_at < $3 returning 1),
  seen as (
  update petrel_saga set completed_at = now() where ctid >= $1::tid and ctid < $2::tid and completed and completed_at is null)
  select count(*)::int as deleted from gone`,
}

/** Deletes sagas that were completed before `date`, page by page, as the inbox is cleaned: an index would cost each save. @returns how many */
export const cleanSagas = (pool: Pool, date: Date): Promise<number> => inPages(pool, 'petrel_saga', deleteCompleted, date)
