import type { Pool } from 'pg'

/** A conversation in a list. */
export interface StoredConversation {
  readonly conversationId: string
  /** Of its first message. */
  readonly key: string | null
  /** Of its first message. */
  readonly type: string | null
  readonly startedAt: Date
  readonly lastAt: Date
  readonly messages: number
  /** Failures that wait for a person or are on their way back. */
  readonly failed: number
  /** Failures that are resolved or archived. */
  readonly settled: number
}

/** Of one key or id so many handlings are looked at, the latest; among them are so many conversations. */
const mostHandlings = 2_000
const mostConversations = 50

/** Texts of this length and more may be the beginning of an id. */
const shortestBeginning = 4

/** Conversations with an id, a message or a key that is, or begins with, a text; the latest first. */
export function conversationsLike(pool: Pool, text: string): Promise<StoredConversation[]> {
  const isBeginning = text.length >= shortestBeginning
  const like = (column: string, order: string) =>
    `(select conversation_id, at from handled where ${column} = $3 ${order} limit $1)` +
    (isBeginning ? ` union all (select conversation_id, at from handled where ${column} > $3 and ${column} < $4 limit $1)` : '')
  const hits = `${like('key', 'order by at desc')} union all ${like('message_id', '')} union all ${like('conversation_id', '')}`
  // No character comes after that one, so everything that begins with the text is before it.
  return summaries(pool, hits, isBeginning ? [text, `${text}\u{10FFFF}`] : [text])
}

/** The latest conversations. */
export const latestConversations = (pool: Pool): Promise<StoredConversation[]> =>
  summaries(pool, 'select conversation_id, at from handled where causation_id is null order by at desc limit $1', [])

/** @param hits SQL that finds at most $1 ids of conversations, and when they were of interest */
async function summaries(pool: Pool, hits: string, parameters: readonly string[]): Promise<StoredConversation[]> {
  const { rows } = await pool.query<StoredConversation>(
    `with hit as (${hits}),
     latest as (select conversation_id from hit group by conversation_id order by max(at) desc limit $2)
     select conversation_id as "conversationId",
       (array_agg(key order by causation_id nulls first, sent_at) filter (where key is not null))[1] as key,
       nullif((array_agg(audit_route.type order by causation_id nulls first, sent_at))[1], '') as type,
       min(sent_at) as "startedAt", max(at) as "lastAt", count(distinct (source, message_id))::int as messages,
       (select count(*)::int from failure
        where failure.conversation_id = handled.conversation_id and state in ('unresolved', 'replayRequested')) as failed,
       (select count(*)::int from failure
        where failure.conversation_id = handled.conversation_id and state in ('resolved', 'archived')) as settled
     from handled join audit_route on audit_route.number = handled.route
     where conversation_id in (select conversation_id from latest)
     group by conversation_id order by "lastAt" desc`,
    [mostHandlings, mostConversations, ...parameters],
  )
  return rows
}
