import { normalised } from '@petrel/messaging/operations'
import { z } from 'zod'

/** A group of failures, as the console's API has it. */
export const Group = z
  .object({
    id: z.string(),
    endpoint: z.string().nullable(),
    type: z.string().nullable(),
    errorType: z.string().nullable(),
    errorMessage: z.string(),
    frame: z.string().nullable(),
    count: z.number(),
    firstFailedAt: z.string(),
    lastFailedAt: z.string(),
  })
  .transform(({ endpoint, type, errorType, errorMessage, ...group }) => ({
    ...group,
    errorMessage: normalised(errorMessage),
    endpoint: endpoint ?? '',
    type: type ?? undefined,
    errorType: errorType ?? '',
  }))

export const Groups = z.object({ items: z.array(Group) })

/** A failure in a list. */
const Failure = z
  .object({
    id: z.string(),
    messageId: z.string(),
    source: z.string(),
    endpoint: z.string(),
    type: z.string().nullable(),
    key: z.string().nullable(),
    traceId: z.string().nullable(),
    errorType: z.string(),
    errorMessage: z.string(),
    attempts: z.number(),
    lastFailedAt: z.string(),
  })
  .transform(({ id, messageId, type, key, traceId, ...failure }) => ({
    ...failure,
    failureId: id,
    id: messageId,
    type: type ?? undefined,
    key: key ?? undefined,
    traceId: traceId ?? undefined,
  }))

export const Failures = z.object({ total: z.number(), items: z.array(Failure), next: z.string().nullable() })

/** What was staged. */
export const Staged = z.object({
  replayId: z.string(),
  total: z.number(),
  leftOut: z.object({ stubborn: z.number(), foreign: z.number().default(0) }),
})

/** How far a replay is. */
export const Replay = z.object({
  state: z.enum(['running', 'done', 'cancelled']),
  total: z.number(),
  sent: z.number(),
  unsendable: z.array(z.object({ id: z.string(), reason: z.string() })),
})

/** Conversations that something was found in. */
export const Conversations = z.object({
  items: z.array(
    z.object({
      conversationId: z.string(),
      key: z.string().nullable(),
      lastAt: z.string().transform((text) => Date.parse(text)),
    }),
  ),
})

const Handled = z.object({
  endpoint: z.string(),
  outcome: z.enum(['handled', 'retried', 'postponed', 'deadLettered', 'duplicate', 'unknown']),
  attempt: z.number(),
  startedAt: z.string(),
  durationUs: z.number(),
  errorType: z.string().nullable(),
})

/** What one first message has led to. */
export const Conversation = z.object({
  conversationId: z.string(),
  traceId: z.string().nullable(),
  messages: z.array(
    z.object({
      id: z.string(),
      type: z.string().nullable(),
      kind: z.enum(['command', 'event', 'timeout']).nullable(),
      from: z.string(),
      sentAt: z.string(),
      causationId: z.string().nullable(),
      topic: z.string(),
      handled: z.array(Handled),
      waiting: z.array(z.string()),
    }),
  ),
})
