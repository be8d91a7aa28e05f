import type { Pool, QueryConfig } from 'pg'
import { runAlone } from './connections.ts'

/** 4 MB, up to 80,000 rows of an inbox: a statement of a tenth of a second. */
const pagesAtOnce = 512

const countPages = { text: `select (pg_relation_size($1::regclass) / current_setting('block_size')::int)::int as pages` }

/**
 * Deletes what is old page by page through the whole table: each step is bounded, and no page is read twice, however many dead
 * rows it has. @param deleteIn takes the first `ctid`, the one behind the last, and the date; tells how many it has `deleted`
 */
export async function inPages(pool: Pool, table: string, deleteIn: QueryConfig, date: Date): Promise<number> {
  const [found] = await runAlone<{ pages: number }>(pool, { ...countPages, values: [table] })
  let deleted = 0
  for (let page = 0; page < (found?.pages ?? 0); page += pagesAtOnce) {
    const values = [`(${page},0)`, `(${page + pagesAtOnce},0)`, date]
    const [result] = await runAlone<{ deleted: number }>(pool, { ...deleteIn, values })
    deleted += result?.deleted ?? 0
  }
  return deleted
}
