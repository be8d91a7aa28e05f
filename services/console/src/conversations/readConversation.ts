import type { Pool } from 'pg'
import type { State } from '../failures/filter.ts'
import { readDefinitions } from '../monitoring/definitions.ts'
import type { Look } from '../monitoring/look.ts'
import type { ConsoleContext } from '../part.ts'
import { committedIn } from './committed.ts'
import { type ConversationView, conversationView, type Evidence } from './conversation.ts'
import { readHandlings } from './readHandlings.ts'
import { messageOf } from './sentMessage.ts'
import type { StoredConversation } from './storedConversations.ts'
import { unheardMessages } from './unheardMessages.ts'

type WholeConversation = ConversationView & Pick<StoredConversation, 'failed' | 'settled'>

/**
 * What is known of a conversation, from what endpoints have said, from failures, and from topics.
 * @param key of a conversation of which no message was handled yet: nothing else leads to its messages
 */
export async function readConversation(
  context: ConsoleContext,
  look: Look,
  id: string,
  key?: string,
): Promise<WholeConversation> {
  const { pool, prefix } = context
  const [handlings, definitions, failures, lags] = await Promise.all([
    readHandlings(pool, id),
    readDefinitions({ pool, look }),
    failuresOf(pool, id),
    look.lags(),
  ])
  const keys = new Set([...(key === undefined ? [] : [key]), ...handlings.flatMap((handling) => handling.key ?? [])])
  const unheard = await unheardMessages([...keys].slice(0, mostKeys), definitions, context, look)
  const sent = unheard.filter(({ conversationId }) => conversationId === id).map(messageOf)
  const committed = committedIn(lags ?? [], prefix)
  const settled = failures.filter(({ state }) => state === 'resolved' || state === 'archived').length
  return {
    failed: failures.length - settled,
    settled,
    ...conversationView({ handlings, sent, definitions, committed, failureOf: failureAmong(failures) }),
  }
}

/** For each of them the ends of topics are read. */
const mostKeys = 10

interface FailureRow {
  readonly id: string
  readonly endpoint: string
  readonly source: string
  readonly identity: string
  readonly message_id: string
  readonly state: State
}

async function failuresOf(pool: Pool, conversationId: string): Promise<FailureRow[]> {
  const { rows } = await pool.query<FailureRow>(
    'select id, endpoint, source, identity, message_id, state from failure where conversation_id = $1',
    [conversationId],
  )
  return rows
}

function failureAmong(failures: readonly FailureRow[]): Evidence['failureOf'] {
  const byMessage = new Map(
    failures.flatMap(({ id, endpoint, source, identity, message_id }) =>
      [identity, message_id].map((message) => [JSON.stringify([endpoint, source, message]), id] as const),
    ),
  )
  return (endpoint, { source, id }) => byMessage.get(JSON.stringify([endpoint, source, id]))
}
