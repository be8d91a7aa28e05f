import type { Pool } from 'pg'
import { every } from '../store/every.ts'
import type { ConsoleContext, Work } from '../part.ts'

const lookEveryMs = 10 * 60_000
const atOnce = 1_000

/** Lets go what nobody has to do anything about any more. What is unresolved stays for ever. */
export const keepForSomeDays = ({ pool, log, settings }: ConsoleContext): Work =>
  every(lookEveryMs, log, 'let old failures go', () => forgetSettled(pool, settings.CONSOLE_KEEP_DAYS))

/** @returns how many are gone */
export async function forgetSettled(pool: Pool, keepDays: number): Promise<number> {
  for (let forgotten = 0; ;) {
    const { rowCount } = await pool.query(forgetSome, [keepDays, atOnce])
    forgotten += rowCount ?? 0
    if (rowCount !== 0) continue
    for (const table of ['mark', 'confirmation']) await pool.query(forgetLeft(table), [keepDays])
    return forgotten
  }
}

const forgetSome = `
  with old as (
    select id from failure where state <> 'unresolved' and changed_at < now() - make_interval(days => $1) limit $2
  ),
  letters as (delete from letter using old where letter.failure_id = old.id)
  delete from failure using old where failure.id = old.id`

/** Those without a letter; for a while it may still be on its way. */
const forgetLeft = (table: string) => {
  const position = table === 'mark' ? 'position' : 'replay_of'
  return `delete from ${table} where at < now() - make_interval(days => $1)
    and not exists (select from letter where place = ${table}.${position})
    and not exists (select from letter where first_place = ${table}.${position} and first_place <> place)`
}
