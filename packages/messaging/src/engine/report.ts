import type { OutgoingRecord, RecordRefused } from '../broker/port.ts'
import type { Log } from '../log.ts'
import { traceIdIn } from '../tracing/recordContext.ts'
import type { Failed } from './attempt.ts'
import type { Delivery } from './delivery.ts'
import type { RecoveryRecord } from './recoveryRecord.ts'

/** What an endpoint logs and counts about its messages. */
export interface Report {
  failed(failure: Failed, next: RecoveryRecord): void
  /** These are dropped: the inbox has them, or they came twice in a batch. */
  duplicates(deliveries: readonly Delivery[]): void
  /** A topic has refused a record, and this dead letter is published instead. */
  parked(refused: RecordRefused, deadLetter: OutgoingRecord): void
  /** Since the endpoint started. */
  readonly duplicatesDropped: number
}

/** Logs every message that could not be handled and where it went, and counts what is dropped. */
export function logReport(log: Log): Report {
  let duplicatesDropped = 0
  return {
    failed: (failure, next) => logFailure(log, failure, next),
    duplicates(deliveries) {
      duplicatesDropped += deliveries.length
      for (const { envelope } of deliveries)
        log.debug(
          { messageId: envelope.id, source: envelope.identity.source, traceId: traceIdIn(envelope.record.headers) },
          'message dropped: it was handled before',
        )
    },
    parked: (refused, { topic, value }) =>
      log.error(
        {
          err: refused,
          from: refused.record.topic,
          to: topic,
          withBody: value !== null,
          traceId: traceIdIn(refused.record.headers),
        },
        'a topic refused a record: it waits in the dead letter topic',
      ),
    get duplicatesDropped() {
      return duplicatesDropped
    },
  }
}

function logFailure(log: Log, { delivery, error, tries, destination }: Failed, next: RecoveryRecord): void {
  const { envelope, route } = delivery
  const details = {
    messageId: envelope.id,
    conversationId: envelope.conversationId,
    traceId: traceIdIn(envelope.record.headers),
    type: envelope.typeName,
    key: envelope.record.key?.toString('utf8', 0, 100),
    handler: route?.name,
    tries: envelope.attempts + tries,
    err: error,
  }
  if (next.kind === 'schedule') log.info({ ...details, until: next.scheduled.dueAt }, 'message postponed')
  else if (next.kind === 'dead-letter')
    log.error({ ...details, to: next.record.topic }, 'message failed for good: it waits in the dead letter topic')
  else {
    const delayMs = destination.kind === 'delay' ? destination.delayMs : 0
    log.warn({ ...details, to: next.record.topic, delayMs }, 'message failed: it is tried again later')
  }
}
