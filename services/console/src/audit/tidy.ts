import type { Pool } from 'pg'
import { keptGrains } from '../monitoring/windows.ts'

/** What is counted now is not forgotten at the same time: two who wait for each other's rows would be a deadlock. */
const margin = 20

/** Forgets rates that no window shows, and processes whose messages are no longer kept. @param days how long those are kept */
export async function tidy(pool: Pool, days: number): Promise<void> {
  for (const table of ['rate', 'timing', 'instance_rate'])
    await pool.query(`delete from ${table} where at < now() - make_interval(secs => grain * $1)`, [keptGrains + margin])
  await pool.query(
    `delete from instance where state is distinct from 'running' and coalesce(last_seen_at, named_at) < now() - make_interval(days => $1)`,
    [days + 2],
  )
}
