import type { ClientBase, Pool } from 'pg'
import { plainText, plainTime } from '../store/columns.ts'
import type { NewEvent } from './event.ts'

/** What was read late, for example by a console that was away, is an event, but nobody is called for it. */
const newsFor = '1 hour'

/**
 * Writes events down, and queues them for the webhooks that want to know. What has the name of an event that is there, is none.
 * @param client in the transaction of what has happened, or a pool
 * @returns how many were new
 */
export async function insertEvents(client: ClientBase | Pool, events: readonly NewEvent[]): Promise<number> {
  if (events.length === 0) return 0
  const { rows } = await client.query<{ count: number }>(
    `with added as (
       insert into event (at, kind, endpoint, text, severity, link, name)
       select at, kind, endpoint, text, severity, link, name
       from jsonb_to_recordset($1) as happened (
         at timestamptz, kind text, endpoint text, text text, severity text, link text, name text
       )
       on conflict (name) do nothing
       returning id, at, kind
     ), queued as (
       insert into webhook_delivery (url, event_id)
       select webhook.url, added.id from added join webhook on webhook.kinds is null or added.kind = any(webhook.kinds)
       where added.at > now() - interval '${newsFor}'
     )
     select count(*)::int as count from added`,
    [JSON.stringify(events.map(({ at, text, ...event }) => ({ ...event, text: plainText(text), at: plainTime(at) })))],
  )
  return rows[0]?.count ?? 0
}
