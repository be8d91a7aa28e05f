import type { Handling, Message } from '../conversation.ts'

/** A message of order 42, unless the test says otherwise. */
export function aMessage(id: string, fields: Partial<Message> = {}): Message {
  const type = fields.type ?? 'sales.OrderPlaced'
  return {
    id,
    source: 'sales',
    type,
    causationId: null,
    traceId: null,
    key: '42',
    sentAt: 1_000,
    topic: 'sales.order-placed',
    partition: 0,
    offset: 5n,
    ...fields,
  }
}

/** That an endpoint has handled it, at the first try. */
export const aHandling = (id: string, endpoint: string, fields: Partial<Handling> = {}): Handling => ({
  ...aMessage(id, fields),
  endpoint,
  delivery: 'sales.order-placed/0/5',
  instance: 'one',
  handler: 'handle',
  saga: null,
  sagaId: null,
  sagaStep: null,
  outcome: 'handled',
  attempt: 1,
  errorType: null,
  at: 2_000,
  startedAt: 1_500,
  durationUs: 400,
  ...fields,
})
