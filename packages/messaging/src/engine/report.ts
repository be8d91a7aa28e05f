import type { OutgoingRecord, RecordRefused } from '../broker/port.ts'
import type { Log } from '../log.ts'
import { traceIdIn } from '../tracing/recordContext.ts'
import type { Failed, Handled } from './attempt.ts'
import type { Delivery } from './delivery.ts'
import type { RecoveryRecord } from './recoveryRecord.ts'

/** What an endpoint tells of its messages, to its log and to its metrics: for a whole batch, or when something rare happens. */
export interface Report {
  /** A lane takes that many records as its next batch. */
  taken(records: number): void
  /** What these did is saved. */
  handled(messages: readonly Handled[]): void
  /** A try has failed, and the message has another one at once. @param tries in this delivery, that one included */
  againAtOnce(delivery: Delivery, error: unknown, tries: number): void
  /** The message goes on elsewhere: to be tried later, or to a person. */
  failed(failure: Failed, next: RecoveryRecord): void
  /** These are dropped: the inbox has them, or they came twice in a batch. */
  duplicates(deliveries: readonly Delivery[]): void
  /** These are dropped: they are tombstones in a compacted topic, and nobody handles them. */
  tombstones(deliveries: readonly Delivery[]): void
  /** A topic has refused a record, and this dead letter is published instead. */
  parked(refused: RecordRefused, deadLetter: OutgoingRecord): void
}

/** A report that also knows what the endpoint's status says. */
export interface CountingReport extends Report {
  /** Since the endpoint started. */
  readonly duplicatesDropped: number
}

/** Tells several reports, and counts what is dropped. */
export function tellAll(reports: readonly Partial<Report>[]): CountingReport {
  let duplicatesDropped = 0
  return {
    taken: (...facts) => reports.forEach((each) => each.taken?.(...facts)),
    handled: (...facts) => reports.forEach((each) => each.handled?.(...facts)),
    againAtOnce: (...facts) => reports.forEach((each) => each.againAtOnce?.(...facts)),
    failed: (...facts) => reports.forEach((each) => each.failed?.(...facts)),
    parked: (...facts) => reports.forEach((each) => each.parked?.(...facts)),
    tombstones(deliveries) {
      if (deliveries.length > 0) for (const each of reports) each.tombstones?.(deliveries)
    },
    duplicates(deliveries) {
      duplicatesDropped += deliveries.length
      if (deliveries.length > 0) for (const each of reports) each.duplicates?.(deliveries)
    },
    get duplicatesDropped() {
      return duplicatesDropped
    },
  }
}

/** Logs every try that has failed, and where its message goes then. Never a body: that is a customer's. */
export function logReport(log: Log): Partial<Report> {
  return {
    handled(messages) {
      for (const { delivery, ignored } of messages)
        if (ignored === 'not found') log.info(aboutMessage(delivery), 'message for no saga: it changes nothing')
    },
    againAtOnce: (delivery, error, tries) =>
      log.info(detailsOf(delivery, error, tries), 'message failed: it is tried again at once'),
    failed: (failure, next) => logFailure(log, failure, next),
    duplicates(deliveries) {
      for (const { envelope } of deliveries)
        log.debug(
          { messageId: envelope.id, source: envelope.identity.source, traceId: traceIdIn(envelope.record.headers) },
          'message dropped: it was handled before',
        )
    },
    tombstones(deliveries) {
      for (const delivery of deliveries)
        log.debug({ ...aboutMessage(delivery), topic: delivery.envelope.original.topic }, 'tombstone dropped: nobody handles it')
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
  }
}

function logFailure(log: Log, { delivery, error, tries, destination }: Failed, next: RecoveryRecord): void {
  const details = detailsOf(delivery, error, tries)
  if (next.kind === 'schedule') log.info({ ...details, until: next.scheduled.dueAt }, 'message postponed')
  else if (next.kind === 'dead-letter')
    log.error({ ...details, to: next.record.topic }, 'message failed for good: it waits in the dead letter topic')
  else {
    const delayMs = destination.kind === 'delay' ? destination.delayMs : 0
    log.warn({ ...details, to: next.record.topic, delayMs }, 'message failed: it is tried again later')
  }
}

const detailsOf = (delivery: Delivery, error: unknown, tries: number) => ({
  ...aboutMessage(delivery),
  tries: delivery.envelope.attempts + tries,
  err: error,
})

const aboutMessage = ({ envelope, route }: Delivery) => ({
  messageId: envelope.id,
  conversationId: envelope.conversationId,
  traceId: traceIdIn(envelope.record.headers),
  type: envelope.typeName,
  key: envelope.record.key?.toString('utf8', 0, 100),
  handler: route?.name,
})
