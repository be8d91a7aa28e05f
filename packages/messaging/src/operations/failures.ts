import { failure, headerText } from '../headers.ts'
import { dltTopic } from '../naming.ts'
import { type DeadLetter, failedAt, readDeadLetters } from './deadLetters.ts'
import type { Infrastructure } from './infrastructure.ts'

/** A message that an endpoint could not handle, and that waits for a person. */
export interface Failure {
  /** Message id: what `petrel replay --id` takes. */
  readonly id: string
  readonly endpoint: string
  /** Full name of the message type; undefined for a record from elsewhere. */
  readonly type: string | undefined
  /** The record key: which order, product, … it is about. */
  readonly key: string | undefined
  readonly conversationId: string
  readonly errorType: string
  readonly errorMessage: string
  readonly errorStack: string
  readonly handler: string | undefined
  /** Tries since it was sent or last replayed, immediate ones included. */
  readonly attempts: number
  /** ISO 8601. Earlier than `lastFailedAt` when it was replayed, or set aside twice. */
  readonly firstFailedAt: string
  readonly lastFailedAt: string
  /** Where the message lay first. */
  readonly original: { readonly topic: string; readonly partition: number; readonly offset: string }
  /** Where it waits. */
  readonly deadLetter: { readonly topic: string; readonly partition: number; readonly offset: string }
}

/** Failures that look like one fault. */
export interface FailureGroup {
  readonly endpoint: string
  readonly type: string | undefined
  readonly errorType: string
  /** With ids, numbers and times replaced, so that the same sentence about another order is the same. */
  readonly errorMessage: string
  readonly count: number
  readonly firstFailedAt: string
  readonly lastFailedAt: string
  readonly failures: readonly Failure[]
}

/** The endpoints that have a dead letter topic under the prefix. */
export async function endpointsWithDeadLetters({ admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>): Promise<string[]> {
  const suffix = dltTopic('')
  return (await admin.topics())
    .filter((topic) => topic.startsWith(prefix) && topic.endsWith(suffix))
    .map((topic) => topic.slice(prefix.length, -suffix.length))
    .filter((name) => /^[a-z][a-z0-9-]*$/.test(name))
    .toSorted()
}

/**
 * What waits for a person, oldest first: of one endpoint, or of all.
 * What was replayed is left out until it fails again.
 */
export async function listFailures(
  infrastructure: Pick<Infrastructure, 'admin' | 'prefix'>,
  endpoint?: string,
): Promise<Failure[]> {
  const endpoints = endpoint === undefined ? await endpointsWithDeadLetters(infrastructure) : [endpoint]
  const perEndpoint = await Promise.all(
    endpoints.map(async (name) => (await readDeadLetters(name, infrastructure)).open.map((letter) => describe(name, letter))),
  )
  return perEndpoint.flat().toSorted((a, b) => Date.parse(a.firstFailedAt) - Date.parse(b.firstFailedAt))
}

/** The largest group first. */
export function groupFailures(failures: readonly Failure[]): FailureGroup[] {
  const alike = Map.groupBy(failures, ({ endpoint, type, errorType, errorMessage }) =>
    JSON.stringify([endpoint, type, errorType, normalised(errorMessage)]),
  )
  return [...alike.values()].map(groupOf).toSorted((a, b) => b.count - a.count)
}

/** A message's text with what differs from order to order replaced: `Order … has 3 lines` and `Order … has 4 lines` are one fault. */
export function normalised(message: string): string {
  return (message.split('\n', 1)[0] ?? '')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '<id>')
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z?/g, '<time>')
    .replaceAll(/\d+(?:\.\d+)*/g, '<n>')
}

function groupOf(failures: readonly Failure[]): FailureGroup {
  const [first] = failures
  if (first === undefined) throw new Error('A group has at least one failure.')
  const { endpoint, type, errorType } = first
  return {
    endpoint,
    type,
    errorType,
    errorMessage: normalised(first.errorMessage),
    count: failures.length,
    firstFailedAt: earliest(failures.map((each) => each.firstFailedAt)),
    lastFailedAt: latest(failures.map((each) => each.lastFailedAt)),
    failures,
  }
}

function describe(endpoint: string, { messageId, envelope, firstFailedAt }: DeadLetter): Failure {
  const { record } = envelope
  const text = (name: string) => headerText(record.headers, name)
  return {
    id: messageId,
    endpoint,
    type: envelope.typeName,
    key: record.key?.toString(),
    conversationId: envelope.conversationId,
    errorType: text(failure.errorType) ?? 'Error',
    errorMessage: text(failure.errorMessage) ?? '',
    errorStack: text(failure.errorStack) ?? '',
    handler: text(failure.handler),
    attempts: envelope.attempts,
    firstFailedAt,
    lastFailedAt: failedAt(record),
    original: envelope.original,
    deadLetter: { topic: record.topic, partition: record.partition, offset: String(record.offset) },
  }
}

// Instants in ISO 8601 and UTC sort as text.
const earliest = (instants: readonly string[]) => instants.reduce((a, b) => (a < b ? a : b))
const latest = (instants: readonly string[]) => instants.reduce((a, b) => (a > b ? a : b))
