import type { Pool } from 'pg'
import { z } from 'zod'
import { nextCursor } from '../http/paging.ts'
import type { EventKind, Severity } from './event.ts'

interface ShownEvent {
  readonly id: string
  readonly at: Date
  readonly kind: EventKind
  readonly endpoint: string | null
  readonly text: string
  readonly severity: Severity
  readonly link: string | null
}

export const eventCursor = z.tuple([z.iso.datetime(), z.string().regex(/^\d{1,19}$/)])

export interface EventsQuery {
  readonly limit: number
  readonly cursor?: z.infer<typeof eventCursor> | undefined
}

/** What has happened, the latest first. */
export async function listEvents(pool: Pool, { limit, cursor }: EventsQuery) {
  const { rows } = await pool.query<ShownEvent>(
    `select id, at, kind, endpoint, text, severity, link from event
     where $1::timestamptz is null or (at, id) < ($1, $2::bigint) order by at desc, id desc limit $3`,
    [cursor?.[0] ?? null, cursor?.[1] ?? null, limit + 1],
  )
  return { items: rows.slice(0, limit), next: nextCursor(rows, limit, ({ at, id }) => [at, id]) }
}
