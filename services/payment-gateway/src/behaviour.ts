import { Behaviour } from '@petrel/pages'
import type { Pool } from 'pg'

/** The behaviour of the moment; kept over a restart. */
export interface Behaviours {
  now(): Behaviour
  change(behaviour: Behaviour): Promise<void>
}

/** Reads what was set last. */
export async function behavioursIn(database: Pool): Promise<Behaviours> {
  const saved = await database.query<{ settings: unknown }>('select settings from behaviour')
  let current = Behaviour.parse(saved.rows[0]?.settings ?? {})
  return {
    now: () => current,
    async change(behaviour) {
      await database.query(
        'insert into behaviour (settings) values ($1) on conflict (only_row) do update set settings = excluded.settings',
        [behaviour],
      )
      current = behaviour
    },
  }
}
