import type { Pool } from 'pg'

const dayMs = 24 * 60 * 60 * 1000

/** For `handled`: midnight (UTC) of the first day that is kept. */
export const firstDay = (days: number, now: number): number => midnight(now) - days * dayMs

const midnight = (at: number) => Math.floor(at / dayMs) * dayMs

const nameOf = (day: number) => `handled_${new Date(day).toISOString().slice(0, 10).replaceAll('-', '')}`

/** Makes the partitions of `handled` that are needed until tomorrow night, and drops those that are too old. @param days to keep besides today */
export async function keepDays(pool: Pool, days: number, now: number): Promise<void> {
  const first = firstDay(days, now)
  const wanted = Array.from({ length: days + 2 }, (_, index) => first + index * dayMs)
  const client = await pool.connect()
  try {
    await client.query('begin')
    // Readers hold what is to be dropped for as long as they read: then it is dropped the next time.
    await client.query(`set local lock_timeout = '2s'`)
    await client.query('select pg_advisory_xact_lock($1)', [lockNumber])
    const { rows } = await client.query<{ name: string }>(
      `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'handled'::regclass`,
    )
    const there = new Set(rows.map(({ name }) => name))
    for (const day of wanted) if (!there.has(nameOf(day))) await client.query(createDay(day))
    for (const name of there) if (name < nameOf(first)) await client.query(`drop table ${name}`)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

/** Two consoles do it one after the other. The number is arbitrary and must never change. */
const lockNumber = 7_386_520_115

const createDay = (day: number) =>
  `create table ${nameOf(day)} partition of handled
   for values from ('${new Date(day).toISOString()}') to ('${new Date(day + dayMs).toISOString()}')`
