import type { Pool } from 'pg'
import type { Filter } from './filter.ts'
import { asTsquery } from './words.ts'

/** So many are looked at one by one. Of more, whoever walks through all failures soon has a page. */
const few = 1_000

/** The same filter, with the failures that are found in place of what somebody looks for, when they are few. */
export async function narrowed(pool: Pool, filter: Filter): Promise<Filter> {
  const query = filter.q === undefined ? undefined : asTsquery(filter.q)
  if (query === undefined) return filter
  const { rows } = await pool.query<{ id: string }>('select few_found($1::tsquery, $2) as id', [query, few + 1])
  if (rows.length > few) return filter
  const { ids } = filter
  const wanted = ids === undefined ? undefined : new Set(ids)
  const found = rows.map(({ id }) => id).filter((id) => wanted?.has(id) ?? true)
  return { ...filter, q: undefined, ids: found }
}
