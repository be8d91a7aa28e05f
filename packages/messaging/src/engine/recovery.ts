import { inspect } from 'node:util'
import type { OutgoingRecord, RecordHeaders } from '../broker/port.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import { failure } from '../headers.ts'
import { dltTopic, replayTopic, retryTopic } from '../naming.ts'
import { recover, type Recovery } from '../recoverability/policy.ts'
import type { ScheduledRecord } from '../store/port.ts'
import type { Envelope } from './envelope.ts'

/** How a message's handling ended badly. */
export interface FailedAttempt {
  readonly envelope: Envelope
  /** Handler or saga name; undefined when none was found. */
  readonly handler: string | undefined
  readonly error: unknown
  /** Tries in this delivery. */
  readonly tries: number
}

/** Where a failed message goes on: as a record to be produced now, or a row that is due later. */
export type RecoveryRecord =
  | { readonly kind: 'record'; readonly record: OutgoingRecord; readonly deadLetter: boolean }
  | { readonly kind: 'due'; readonly due: ScheduledRecord }

/** A message that is done with its immediate retries: retry topic, later, or dead letter topic. The body is not touched. */
export function toRecoveryRecord(endpoint: Endpoint, prefix: string, attempt: FailedAttempt, now = Date.now()): RecoveryRecord {
  const { envelope, error } = attempt
  const recovery = recover(endpoint.recoverability, {
    error,
    immediateRetries: endpoint.recoverability.immediate,
    delayedRetries: envelope.delayedRetries,
  })
  return carry(endpoint, prefix, attempt, recovery, now)
}

function carry(endpoint: Endpoint, prefix: string, attempt: FailedAttempt, recovery: Recovery, now: number): RecoveryRecord {
  const { envelope } = attempt
  const { key, value } = envelope.record
  const to = (topic: string, headers: RecordHeaders): OutgoingRecord => ({ topic: prefix + topic, key, value, headers })
  if (recovery.kind === 'postpone') {
    const headers = {
      ...cleanHeaders(envelope),
      ...originHeaders(envelope),
      ...progressHeaders(envelope, 0, envelope.delayedRetries),
    }
    const record = to(replayTopic(endpoint.name), headers)
    return { kind: 'due', due: { id: placeOf(envelope), dueAt: new Date(now + recovery.delayMs), record } }
  }
  if (recovery.kind === 'delay') {
    const headers = {
      ...failureHeaders(endpoint, attempt, now, envelope.delayedRetries + 1),
      [failure.dueAt]: String(now + recovery.delayMs),
    }
    return { kind: 'record', deadLetter: false, record: to(retryTopic(endpoint.name, recovery.delay), headers) }
  }
  const headers = failureHeaders(endpoint, attempt, now, envelope.delayedRetries)
  return { kind: 'record', deadLetter: true, record: to(dltTopic(endpoint.name), headers) }
}

/**
 * Names a postponement by where the message lay. By its id alone the next one would be taken for this one while the relay
 * still holds this one's row, and the message would be gone with it.
 */
const placeOf = ({ record: { topic, partition, offset } }: Envelope) => `${topic}/${partition}/${offset}`

function failureHeaders(endpoint: Endpoint, attempt: FailedAttempt, now: number, delayedRetries: number): RecordHeaders {
  const { envelope, error, handler, tries } = attempt
  const { type, message, stack } = describeError(error)
  return {
    ...cleanHeaders(envelope),
    ...originHeaders(envelope),
    ...progressHeaders(envelope, tries, delayedRetries),
    [failure.errorType]: type,
    [failure.errorMessage]: cut(message),
    [failure.errorStack]: cut(stack),
    [failure.endpoint]: endpoint.name,
    ...(handler !== undefined && { [failure.handler]: handler }),
    [failure.failedAt]: new Date(now).toISOString(),
  }
}

const originHeaders = ({ original }: Envelope): RecordHeaders => ({
  [failure.originalTopic]: original.topic,
  [failure.originalPartition]: String(original.partition),
  [failure.originalOffset]: original.offset,
})

const progressHeaders = (envelope: Envelope, tries: number, delayedRetries: number): RecordHeaders => ({
  [failure.attempts]: String(envelope.attempts + tries),
  [failure.delayedRetries]: String(delayedRetries),
})

const ours = new Set<string>(Object.values(failure))

/** The headers the message came with, without what recoverability added the last time. */
function cleanHeaders(envelope: Envelope): RecordHeaders {
  return Object.fromEntries(
    Object.entries(envelope.record.headers).filter(([name]) => !ours.has(name) || name === failure.replayOf),
  )
}

/** A handler may throw anything; what cannot be told of it must not keep its message from going on. */
function describeError(error: unknown): { type: string; message: string; stack: string } {
  if (!(error instanceof Error)) return { type: typeof error, message: inText(error), stack: '' }
  const { name, message, stack = '', cause }: { [part in keyof Error]: unknown } = error
  const causes = cause instanceof Error ? `\ncaused by ${inText(cause.stack ?? cause.message)}` : ''
  return {
    type: typeof name === 'string' && name !== 'Error' ? name : error.constructor.name,
    message: inText(message),
    stack: inText(stack) + causes,
  }
}

const inText = (value: unknown) => (typeof value === 'string' ? value : inspect(value))

const headerLimitBytes = 16 * 1024

/** Headers count against the record's size limit: a long text is cut, at a character. */
function cut(text: string): string {
  if (Buffer.byteLength(text) <= headerLimitBytes) return text
  const bytes = Buffer.from(text)
  let end = headerLimitBytes - Buffer.byteLength('…')
  while (isInsideCharacter(bytes[end])) end -= 1
  return `${bytes.toString('utf8', 0, end)}…`
}

/** UTF-8's continuation bytes (https://www.rfc-editor.org/rfc/rfc3629#section-3). */
const isInsideCharacter = (byte = 0) => (byte & 0b1100_0000) === 0b1000_0000
