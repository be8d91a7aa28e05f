import type { OutgoingRecord, RecordHeaders } from '../broker/port.ts'
import { failure } from '../headers.ts'
import { dltTopic, postponedTopic, retryTopic } from '../naming.ts'
import type { ScheduledRecord } from '../store/port.ts'
import type { Failed } from './attempt.ts'
import type { Envelope } from './envelope.ts'
import { errorHeaders } from './errorHeaders.ts'
import { fitDeadLetter } from './parkedRecord.ts'
import type { EndpointRuntime } from './endpointRuntime.ts'

type RecoveryRuntime = Pick<EndpointRuntime, 'endpoint' | 'prefix' | 'limits'>

/** Where a failed message goes on: a record to be published now, or one that is scheduled. */
export type RecoveryRecord =
  | { readonly kind: 'retry' | 'dead-letter'; readonly record: OutgoingRecord }
  | { readonly kind: 'schedule'; readonly scheduled: ScheduledRecord }

/** The record with which a failed message goes to its destination. Its body is never changed. */
export function toRecoveryRecord(runtime: RecoveryRuntime, failed: Failed, now = Date.now()): RecoveryRecord {
  const { endpoint, prefix, limits } = runtime
  const { destination } = failed
  if (destination.kind === 'postpone')
    return { kind: 'schedule', scheduled: postponed(runtime, failed, destination.delayMs, now) }
  if (destination.kind === 'dead-letter') return { kind: 'dead-letter', record: deadLetter(runtime, failed, now) }
  const { envelope } = failed.delivery
  const topic = prefix + retryTopic(endpoint.name, destination.delay)
  const headers = {
    ...failureHeaders(runtime, failed, now, envelope.delayedRetries + 1),
    [failure.dueAt]: String(now + destination.delayMs),
  }
  const record = recordTo(topic, envelope, headers)
  // Another owner's topic may take larger records than our retry topic. A message that does not fit becomes a dead letter.
  if (limits.fits(record)) return { kind: 'retry', record }
  return { kind: 'dead-letter', record: deadLetter(runtime, failed, now) }
}

function deadLetter(runtime: RecoveryRuntime, failed: Failed, now: number): OutgoingRecord {
  const { envelope } = failed.delivery
  const headers = failureHeaders(runtime, failed, now, envelope.delayedRetries)
  return fitDeadLetter(recordTo(runtime.prefix + dltTopic(runtime.endpoint.name), envelope, headers), runtime.limits)
}

function postponed(
  { endpoint, prefix }: RecoveryRuntime,
  { delivery: { envelope } }: Failed,
  delayMs: number,
  now: number,
): ScheduledRecord {
  const headers = {
    ...ownHeaders(envelope),
    ...originHeaders(envelope),
    ...progressHeaders(envelope, 0, envelope.delayedRetries),
    [failure.postponedSince]: String(envelope.postponedSince || now),
  }
  const record = recordTo(prefix + postponedTopic(endpoint.name), envelope, headers)
  return { id: placeOf(envelope), dueAt: new Date(now + delayMs), record }
}

const recordTo = (topic: string, { record: { key, value } }: Envelope, headers: RecordHeaders): OutgoingRecord => ({
  topic,
  key,
  value,
  headers,
})

/**
 * The id of a postponement: the place of the postponed record. The message's own id would not do. The message may be
 * postponed again before the scheduler has deleted the row of this postponement: the second would then count as a duplicate,
 * and the message would be lost.
 */
const placeOf = ({ record: { topic, partition, offset, timestamp } }: Envelope) => `${topic}/${partition}/${offset}@${timestamp}`

function failureHeaders(
  { endpoint }: RecoveryRuntime,
  { delivery, error, tries }: Failed,
  now: number,
  delayedRetries: number,
): RecordHeaders {
  const { envelope, route } = delivery
  return {
    ...ownHeaders(envelope),
    ...originHeaders(envelope),
    ...progressHeaders(envelope, tries, delayedRetries),
    ...(envelope.postponedSince > 0 && { [failure.postponedSince]: String(envelope.postponedSince) }),
    ...errorHeaders(error),
    [failure.endpoint]: endpoint.name,
    ...(route !== undefined && { [failure.handler]: route.name }),
    [failure.failedAt]: new Date(now).toISOString(),
  }
}

const originHeaders = ({ original }: Envelope): RecordHeaders => ({
  [failure.originalTopic]: original.topic,
  [failure.originalPartition]: String(original.partition),
  [failure.originalOffset]: original.offset,
  ...(original.timestamp !== undefined && { [failure.originalTimestamp]: String(original.timestamp) }),
})

const progressHeaders = (envelope: Envelope, tries: number, delayedRetries: number): RecordHeaders => ({
  [failure.attempts]: String(envelope.attempts + tries),
  [failure.delayedRetries]: String(delayedRetries),
})

const recoveryHeaders = new Set<string>(Object.values(failure))

/** The headers that the message came with, without those that an earlier failure added. */
function ownHeaders({ record }: Envelope): RecordHeaders {
  return Object.fromEntries(
    Object.entries(record.headers).filter(([name]) => !recoveryHeaders.has(name) || name === failure.replayOf),
  )
}
