import type { SentMessage } from '@petrel/messaging/operations'
import type { Definition } from '../monitoring/definition.ts'
import { readDefinitions } from '../monitoring/definitions.ts'
import type { Look } from '../monitoring/look.ts'
import type { ConsoleContext } from '../part.ts'
import { committedIn } from './committed.ts'
import { conversationView } from './conversation.ts'
import { handlingsOfEach } from './readHandlings.ts'
import { messageOf } from './sentMessage.ts'
import { conversationsLike, latestConversations, type StoredConversation } from './storedConversations.ts'
import { unheardMessages } from './unheardMessages.ts'

/** A conversation in a list. */
export interface FoundConversation extends StoredConversation {
  /** Endpoints that have not handled all of it yet. */
  readonly waiting: readonly string[]
}

/** Of each conversation of a list so many handlings are looked at, the first ones. */
const mostOfEach = 200

/**
 * Conversations with an id, a message or a key that is, or begins with, a text; the latest when it is empty. What no endpoint has
 * handled yet is in its topic alone, and is found there by its whole key.
 */
export async function findConversations(context: ConsoleContext, look: Look, text: string): Promise<FoundConversation[]> {
  const { pool } = context
  const [found, definitions] = await Promise.all([
    text === '' ? latestConversations(pool) : conversationsLike(pool, text),
    readDefinitions({ pool, look }),
  ])
  const unheard = text === '' ? [] : await unheardMessages([text], definitions, context, look)
  const sent = Map.groupBy(unheard, ({ conversationId }) => conversationId)
  const known = new Set(found.map(({ conversationId }) => conversationId))
  const all = [...[...sent].filter(([id]) => !known.has(id)).map(([id, messages]) => summaryOf(id, messages)), ...found]
  const waiting = await waitingOf(context, look, { ids: all.map(({ conversationId }) => conversationId), definitions, sent })
  return all.map((each) => ({ ...each, waiting: waiting.get(each.conversationId) ?? [] }))
}

interface Listed {
  readonly ids: readonly string[]
  readonly definitions: ReadonlyMap<string, Definition>
  /** Messages that perhaps nobody has handled, by conversation. */
  readonly sent: ReadonlyMap<string, readonly SentMessage[]>
}

/** Who has not handled all of a conversation yet, by its id; nobody while Kafka is away. */
async function waitingOf({ pool, prefix }: ConsoleContext, look: Look, { ids, definitions, sent }: Listed) {
  const [handlings, lags] = await Promise.all([handlingsOfEach(pool, ids, mostOfEach), look.lags()])
  if (lags === undefined) return new Map<string, readonly string[]>()
  const committed = committedIn(lags, prefix)
  return new Map(
    ids.map((id) => {
      const messages = (sent.get(id) ?? []).map(messageOf)
      const evidence = { handlings: handlings.get(id) ?? [], sent: messages, definitions, committed, failureOf: () => undefined }
      return [id, conversationView(evidence).waiting]
    }),
  )
}

function summaryOf(conversationId: string, messages: readonly SentMessage[]): StoredConversation {
  const times = messages.map(({ sentAt }) => sentAt.getTime())
  return {
    conversationId,
    key: messages[0]?.key ?? null,
    type: messages[0]?.type ?? null,
    startedAt: new Date(Math.min(...times)),
    lastAt: new Date(Math.max(...times)),
    messages: messages.length,
    failed: 0,
    settled: 0,
  }
}
