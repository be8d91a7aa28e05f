import type { Pool } from 'pg'
import { runAlone } from './connections.ts'
import { earliestKeyOf, firstKey, lastKey } from './inboxKeys.ts'
import { inPages } from './pages.ts'

const deleteHandledInPages = {
  text: `with gone as (
  delete from petrel_inbox where ctid >= $1::tid and ctid < $2::tid and handled_at < $3 returning 1)
  select count(*)::int as deleted from gone`,
}

/** By the place of each row, which needs no plan: a join might be planned while the table is small. */
export const deleteHandledInKeys = {
  text: `with step as materialized (
    select id, ctid as place, handled_at from petrel_inbox where id > $1 and id < $2 order by id limit $3),
  gone as (
    delete from petrel_inbox where ctid = any(array(select place from step where handled_at < $4)) and handled_at < $4 returning 1)
  select (select count(*)::int from gone) as deleted, (select count(*)::int from step) as seen,
    (select id from step order by id desc limit 1) as last`,
}

/** Milliseconds of locks that nobody waits for: only what is forgotten is locked. */
const keysAtOnce = 5_000

/** Producers whose clocks are ahead by more than this have keys that are looked at each time. */
const aheadMs = 24 * 60 * 60_000

/** From so many on it costs less to read the table from its beginning to its end. */
const manyKeys = 100_000

const countAhead = { text: `select count(*)::int as found from (select from petrel_inbox where id > $1 limit $2) as ahead` }

/**
 * Deletes rows from before `date`, some thousand at a time. A message is handled after it was made, so what is old begins with an old
 * time, at the low end of the primary key, and what is young is not looked at. Keys that are no times, of ids that strangers have
 * chosen, lie behind all times. An index on `handled_at` would cost each insert 9 % of PostgreSQL's CPU (decision 0004).
 * @returns how many
 */
export async function cleanInbox(pool: Pool, date: Date): Promise<number> {
  const ahead = earliestKeyOf(new Date(Math.max(date.getTime(), Date.now()) + aheadMs))
  const [others] = await runAlone<{ found: number }>(pool, { ...countAhead, values: [ahead, manyKeys] })
  if (others?.found === manyKeys) return inPages(pool, 'petrel_inbox', deleteHandledInPages, date)
  const old = await inKeys(pool, firstKey, earliestKeyOf(date), date)
  return old + (await inKeys(pool, ahead, lastKey, date))
}

interface Step {
  readonly deleted: number
  readonly seen: number
  /** The highest key that was looked at. */
  readonly last: string | null
}

/** @param after, before of which keys neither is looked at */
async function inKeys(pool: Pool, after: string, before: string, date: Date): Promise<number> {
  let deleted = 0
  for (let last: string | null = after; last !== null;) {
    const [step]: Step[] = await runAlone<Step>(pool, { ...deleteHandledInKeys, values: [last, before, keysAtOnce, date] })
    deleted += step?.deleted ?? 0
    last = step?.seen === keysAtOnce ? step.last : null
  }
  return deleted
}
