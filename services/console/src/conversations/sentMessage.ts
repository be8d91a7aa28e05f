import type { SentMessage } from '@petrel/messaging/operations'
import type { Message } from './conversation.ts'

/** A message as its topic has it. */
export const messageOf = ({ type, causationId, traceId, sentAt, ...message }: SentMessage): Message => ({
  ...message,
  type: type ?? null,
  causationId: causationId ?? null,
  traceId: traceId ?? null,
  sentAt: sentAt.getTime(),
})
