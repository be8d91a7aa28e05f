import type { Pool } from 'pg'
import { z } from 'zod'

const share = z.number().min(0).max(1)

/** How the gateway treats requests for money. What is left out is well-behaved. */
export const Behaviour = z.strictObject({
  /** More than this are answered 429; null for no limit. */
  requestsPerSecond: z.number().positive().nullable().default(null),
  /** How long every answer takes at least, in milliseconds. */
  latencyMs: z.number().int().min(0).max(600_000).default(0),
  /** Share of requests that are answered 500; for every other of them the money has moved all the same. */
  failureRate: share.default(0),
  /** Share of orders whose card is declined, always the same orders. */
  declineRate: share.default(0),
})
export type Behaviour = z.infer<typeof Behaviour>

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
