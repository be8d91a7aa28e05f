import type { Log } from '../log.ts'
import type { FailedAttempt, RecoveryRecord } from './recovery.ts'

/** Logs every message that its handler could not handle, and where it went. */
export function reportFailures(log: Log): (failure: FailedAttempt, way: RecoveryRecord) => void {
  return ({ envelope, handler, error, tries }, way) => {
    const details = {
      messageId: envelope.id,
      conversationId: envelope.conversationId,
      type: envelope.typeName,
      handler,
      tries: envelope.attempts + tries,
      err: error,
    }
    if (way.kind === 'due') log.info({ ...details, until: way.due.dueAt }, 'message postponed')
    else if (way.deadLetter)
      log.error({ ...details, to: way.record.topic }, 'message failed for good: it waits in the dead letter topic')
    else log.warn({ ...details, to: way.record.topic }, 'message failed: it is tried again later')
  }
}
