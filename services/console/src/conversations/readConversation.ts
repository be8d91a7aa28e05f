import { mainGroup, type SentMessage } from '@petrel/messaging/operations'
import type { Pool } from 'pg'
import { readDefinitions } from '../monitoring/definitions.ts'
import type { Look } from '../monitoring/look.ts'
import type { ConsoleContext } from '../part.ts'
import { type ConversationView, conversationView, type Evidence, type Message } from './conversation.ts'
import { readHandlings } from './readHandlings.ts'
import { unheardMessages } from './unheardMessages.ts'

/**
 * What is known of a conversation, from what endpoints have said, from failures, and from topics.
 * @param key of a conversation of which no message was handled yet: nothing else leads to its messages
 */
export async function readConversation(context: ConsoleContext, look: Look, id: string, key?: string): Promise<ConversationView> {
  const { pool, prefix } = context
  const [handlings, definitions, failures, lags] = await Promise.all([
    readHandlings(pool, id),
    readDefinitions({ pool, look }),
    failuresOf(pool, id),
    look.lags(),
  ])
  const keys = new Set([...(key === undefined ? [] : [key]), ...handlings.flatMap((handling) => handling.key ?? [])])
  const unheard = await unheardMessages([...keys].slice(0, mostKeys), definitions, context, look)
  const positions = new Map(lags?.map((lag) => [JSON.stringify([lag.group, lag.topic, lag.partition]), lag.committed]))
  const sent = unheard.filter(({ conversationId }) => conversationId === id).map(messageOf)
  return conversationView({
    handlings,
    sent,
    definitions,
    committed: (endpoint, topic, partition) => positions.get(JSON.stringify([prefix + mainGroup(endpoint), topic, partition])),
    failureOf: failures,
  })
}

/** For each of them the ends of topics are read. */
const mostKeys = 10

const messageOf = ({ type, causationId, traceId, sentAt, ...message }: SentMessage): Message => ({
  ...message,
  type: type ?? null,
  causationId: causationId ?? null,
  traceId: traceId ?? null,
  sentAt: sentAt.getTime(),
})

async function failuresOf(pool: Pool, conversationId: string): Promise<Evidence['failureOf']> {
  const { rows } = await pool.query<{ id: string; endpoint: string; source: string; identity: string; message_id: string }>(
    'select id, endpoint, source, identity, message_id from failure where conversation_id = $1',
    [conversationId],
  )
  const byMessage = new Map(
    rows.flatMap(({ id, endpoint, source, identity, message_id }) =>
      [identity, message_id].map((message) => [JSON.stringify([endpoint, source, message]), id] as const),
    ),
  )
  return (endpoint, { source, id }) => byMessage.get(JSON.stringify([endpoint, source, id]))
}
