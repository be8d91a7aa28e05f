import { uuid7 } from '@petrel/messaging'
import type { Audit, HandledEntry, Heartbeat } from '@petrel/messaging/operations'

/** An entry of billing about an order, unless the test says otherwise. */
export function anEntry(fields: Partial<HandledEntry> = {}): HandledEntry {
  const id = fields.id ?? uuid7()
  return {
    id,
    source: 'sales',
    type: 'sales.OrderPlaced',
    conversationId: id,
    causationId: null,
    traceId: null,
    key: '42',
    topic: 'sales.order-placed',
    partition: 0,
    offset: 0,
    originalTopic: null,
    originalPartition: null,
    originalOffset: null,
    handler: 'billOrder',
    saga: null,
    sagaId: null,
    outcome: 'handled',
    attempt: 1,
    errorType: null,
    sentAt: 1_000,
    startedAt: 2_000,
    durationUs: 5_000,
    replayOf: null,
    sagaStep: null,
    ...fields,
  }
}

export const anAudit = (fields: Partial<Audit> = {}): Audit => ({
  endpoint: 'billing',
  instance: 'one',
  at: 3_000,
  lane: '0',
  messages: [],
  heartbeat: null,
  ...fields,
})

export const aHeartbeat = (fields: Partial<Heartbeat> = {}): Heartbeat => ({
  startedAt: 1_000,
  everyMs: 10_000,
  version: '0.1.0',
  host: 'billing-0',
  pid: 7,
  ready: true,
  outageGuard: false,
  stopping: false,
  definition: null,
  ...fields,
})
