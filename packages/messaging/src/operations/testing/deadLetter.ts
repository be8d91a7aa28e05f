import type { BrokerRecord, OutgoingRecord } from '../../broker/port.ts'
import type { Endpoint } from '../../definition/endpoint.ts'
import { handler } from '../../definition/handler.ts'
import { openEnvelope } from '../../engine/envelope.ts'
import { toRecoveryRecord } from '../../engine/recoveryRecord.ts'
import { topicLimits } from '../../engine/topicLimits.ts'
import { OrderPlaced } from './shop.ts'

/** What the engine publishes when a record's handler has failed for good. @param failedAt milliseconds since the epoch */
export function deadLetterOf(
  endpoint: Endpoint,
  prefix: string,
  record: BrokerRecord,
  error: Error,
  failedAt = Date.now(),
): OutgoingRecord {
  const envelope = openEnvelope(record)
  const route = { type: OrderPlaced, name: 'billOrder', handler: handler(OrderPlaced, () => {}) }
  const delivery = { envelope, route, data: undefined, undeliverable: undefined, chain: envelope.id, tries: 0 }
  const failed = { delivery, error, tries: 1, startedAt: 0, seconds: 0, destination: { kind: 'dead-letter' } } as const
  const next = toRecoveryRecord({ endpoint, prefix, limits: topicLimits(new Map()) }, failed, failedAt)
  if (next.kind === 'schedule') throw new TypeError('a dead letter is published')
  return next.record
}
