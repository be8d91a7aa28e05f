import type { BrokerRecord } from '../broker/port.ts'
import { openEnvelope } from '../engine/envelope.ts'
import { failure, headerText } from '../headers.ts'
import type { MessageIdentity } from '../identity.ts'
import { traceIdIn } from '../tracing/recordContext.ts'
import { failedAt, failingOf, firstPlaceOf, placeOf } from './deadLetters.ts'
import type { Failure } from './failures.ts'
import { leftOutBody } from './leftOutBody.ts'
import { markNames } from './marks.ts'

/** A record of a dead letter topic: one failing of a message, or a copy of one. Whether it is still open, its marks say. */
export interface Letter extends Omit<Failure, 'outlivedInbox' | 'firstFailedAt' | 'lastFailedAt' | 'discarded'> {
  readonly identity: MessageIdentity
  /** ISO 8601. When it failed last before it became this dead letter. */
  readonly failedAt: string
  /** Where it waits: `<topic>/<partition>/<offset>`. */
  readonly place: string
  /** Where its first copy was, when it was appended again: marks name it so. Mostly the same as `place`. */
  readonly firstPlace: string
  /** The same for all copies of one failing. A mark about one of them is about all. */
  readonly failing: string
  /** The dead letter that was replayed and became this one: `<topic>/<partition>/<offset>`. */
  readonly replayOf: string | undefined
  readonly causationId: string | undefined
  /** By which names marks may be about it. */
  readonly markNames: readonly string[]
}

/** What a record of an endpoint's dead letter topic says. It never throws, whatever the record has. */
export function readLetter(endpoint: string, record: BrokerRecord): Letter {
  const envelope = openEnvelope(record)
  const { identity, conversationId, causationId, attempts } = envelope
  const { topic, partition, offset } = envelope.original
  const text = (name: string) => headerText(record.headers, name)
  return {
    id: identity.formerId,
    source: identity.source,
    identity,
    endpoint,
    type: envelope.typeName,
    key: record.key?.toString(),
    conversationId,
    causationId,
    traceId: traceIdIn(record.headers),
    errorType: text(failure.errorType) ?? 'Error',
    errorMessage: text(failure.errorMessage) ?? '',
    errorStack: text(failure.errorStack) ?? '',
    handler: text(failure.handler),
    attempts,
    sentAt: envelope.time.toISOString(),
    failedAt: failedAt(record),
    original: { topic, partition, offset },
    deadLetter: { topic: record.topic, partition: record.partition, offset: String(record.offset) },
    place: placeOf(record),
    firstPlace: firstPlaceOf(record),
    failing: failingOf(envelope),
    replayOf: text(failure.replayOf),
    leftOutBody: leftOutBody(record),
    refusedBy: text(failure.refusedBy),
    markNames: markNames(identity),
  }
}
