import { milliseconds } from '../definition/duration.ts'
import { dltTopic } from '../naming.ts'
import type { BrokerRecord } from '../broker/port.ts'
import { inboxMemory } from '../retention.ts'
import { type DeadLetter, placeOf, readDeadLetters, type SettledLetter } from './deadLetters.ts'
import type { Infrastructure } from './infrastructure.ts'
import type { LeftOutBody } from './leftOutBody.ts'
import { readLetter } from './letters.ts'
import type { Mark } from './marks.ts'
import { recordsAt } from './recordsAt.ts'

/** A message that an endpoint could not handle, and that waits for a person or was discarded by one. */
export interface Failure {
  /** Message id: what `petrel replay --id` takes. `<topic>/<partition>/<offset>` of the original record when it has none. */
  readonly id: string
  /** CloudEvents source; the original topic when the message has none. Only id and source together name one message. */
  readonly source: string
  readonly endpoint: string
  /** Full name of the message type; undefined for a record from elsewhere. */
  readonly type: string | undefined
  /** The record key: which order, product, … it is about. */
  readonly key: string | undefined
  readonly conversationId: string
  /** Under which its spans and log lines are found; undefined when it came without a trace. */
  readonly traceId: string | undefined
  readonly errorType: string
  readonly errorMessage: string
  readonly errorStack: string
  readonly handler: string | undefined
  /** Tries since it was sent or last replayed, immediate ones included. */
  readonly attempts: number
  /** ISO 8601. When the message was sent. */
  readonly sentAt: string
  /**
   * It was sent longer ago than the inbox remembers. The dead letter was never handled. But if a copy of the message was
   * handled (it was produced twice, or a replay was interrupted), the inbox may not know it any more, and a replay would
   * handle the message a second time.
   */
  readonly outlivedInbox: boolean
  /** ISO 8601. Earlier than `lastFailedAt` when it was replayed, or failed twice. */
  readonly firstFailedAt: string
  readonly lastFailedAt: string
  /** Where the message was first appended. */
  readonly original: { readonly topic: string; readonly partition: number; readonly offset: string }
  /** Where it waits. */
  readonly deadLetter: { readonly topic: string; readonly partition: number; readonly offset: string }
  /** The body, when it did not fit into the dead letter topic: it is in the original record, as long as that is kept. */
  readonly leftOutBody: LeftOutBody | undefined
  /** The topic that refused it, when the endpoint itself produced the message. A replay sends it there. */
  readonly refusedBy: string | undefined
  /** Who discarded it, when and why; undefined while it waits. */
  readonly discarded: Decision | undefined
}

/** Who has discarded a message, when (ISO 8601), and why. */
interface Decision {
  readonly by: string
  readonly at: string
  readonly reason: string
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
 * What waits for a person, oldest first: of one endpoint, or of all. What was replayed is left out until it fails again.
 * @param withDiscarded also what a person has discarded
 */
export async function listFailures(
  infrastructure: Pick<Infrastructure, 'admin' | 'prefix'>,
  endpoint?: string,
  { withDiscarded = false }: { readonly withDiscarded?: boolean } = {},
): Promise<Failure[]> {
  const endpoints = endpoint === undefined ? await endpointsWithDeadLetters(infrastructure) : [endpoint]
  const perEndpoint = await Promise.all(endpoints.map((name) => failuresOf(name, infrastructure, withDiscarded)))
  return perEndpoint.flat().toSorted((a, b) => Date.parse(a.firstFailedAt) - Date.parse(b.firstFailedAt))
}

/** Reads the dead letter topic a second time, for what is to be shown: all that was ever in it may be more than the memory. */
async function failuresOf(
  endpoint: string,
  { admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>,
  withDiscarded: boolean,
): Promise<Failure[]> {
  const { open, settled } = await readDeadLetters(endpoint, { admin, prefix })
  const discarded = withDiscarded ? settled.filter(({ mark }) => mark.outcome === 'discarded') : []
  const letters = new Map([...open, ...discarded].map((letter) => [placeOf(letter.latest), letter]))
  const positions = [...letters.values()].map(({ latest }) => latest)
  const failures: Failure[] = []
  for await (const record of recordsAt(prefix + dltTopic(endpoint), positions, admin)) {
    const letter = letters.get(placeOf(record))
    if (letter !== undefined) failures.push(describe(endpoint, letter, record))
  }
  return failures
}

function describe(endpoint: string, letter: DeadLetter | SettledLetter, record: BrokerRecord): Failure {
  const { id, source, type, key, conversationId, traceId, errorType, errorMessage, errorStack, ...rest } = readLetter(
    endpoint,
    record,
  )
  const { handler, attempts, sentAt, original, deadLetter, leftOutBody, refusedBy } = rest
  return {
    id,
    source,
    endpoint,
    type,
    key,
    conversationId,
    traceId,
    errorType,
    errorMessage,
    errorStack,
    handler,
    attempts,
    sentAt,
    outlivedInbox: hasOutlivedInbox(sentAt),
    firstFailedAt: letter.firstFailedAt,
    lastFailedAt: rest.failedAt,
    original,
    deadLetter,
    leftOutBody,
    refusedBy,
    discarded: 'mark' in letter ? decision(letter.mark) : undefined,
  }
}

/** Whether the inbox may have forgotten a message that was sent then (ISO 8601); see {@link Failure.outlivedInbox}. */
export const hasOutlivedInbox = (sentAt: string): boolean => Date.now() - Date.parse(sentAt) > milliseconds(inboxMemory)

const decision = ({ by, at, reason = '' }: Mark): Decision => ({ by, at, reason })
