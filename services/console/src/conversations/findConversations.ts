import type { SentMessage } from '@petrel/messaging/operations'
import { readDefinitions } from '../monitoring/definitions.ts'
import type { Look } from '../monitoring/look.ts'
import type { ConsoleContext } from '../part.ts'
import { conversationsLike, latestConversations, type StoredConversation } from './storedConversations.ts'
import { unheardMessages } from './unheardMessages.ts'

/**
 * Conversations with an id, a message or a key that is, or begins with, a text; the latest when it is empty. What no endpoint has
 * handled yet is in its topic alone, and is found there by its whole key.
 */
export async function findConversations(context: ConsoleContext, look: Look, text: string): Promise<StoredConversation[]> {
  if (text === '') return latestConversations(context.pool)
  const [found, definitions] = await Promise.all([
    conversationsLike(context.pool, text),
    readDefinitions({ pool: context.pool, look }),
  ])
  const unheard = await unheardMessages([text], definitions, context, look)
  const known = new Set(found.map(({ conversationId }) => conversationId))
  const others = Map.groupBy(unheard, ({ conversationId }) => conversationId)
  return [...[...others].filter(([id]) => !known.has(id)).map(([id, messages]) => summaryOf(id, messages)), ...found]
}

function summaryOf(conversationId: string, messages: readonly SentMessage[]): StoredConversation {
  const times = messages.map(({ sentAt }) => sentAt.getTime())
  return {
    conversationId,
    key: messages[0]?.key ?? null,
    startedAt: new Date(Math.min(...times)),
    lastAt: new Date(Math.max(...times)),
    messages: messages.length,
    failed: 0,
  }
}
