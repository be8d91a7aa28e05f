import type { HandledOutcome } from '../audit/audit.ts'
import type { ToldDelivery } from '../audit/deliveries.ts'
import type { MessageKind } from '../definition/message.ts'
import { identityKey } from '../identity.ts'
import { depthIn } from './depth.ts'

/** How a record came to be where it is. */
export type StepKind =
  /** It was published or sent. */
  | 'message'
  /** An endpoint failed to handle it and will try again. */
  | 'retry'
  /** An endpoint asked to have it later. */
  | 'postponed'
  /** It waits for a person. */
  | 'dead-letter'
  /** A person has sent it back. */
  | 'replay'
  /** It is no record: an endpoint has handled the one that is there, as its audit says. */
  | 'handled'

/** One record of a journey, or what was done with it. */
export interface JourneyStep {
  readonly kind: StepKind
  /** Message id. */
  readonly id: string
  /** Which message it is: the same text for a message and its retries, and for no other message. */
  readonly message: string
  /** Full name of the message type; undefined for a record from elsewhere. */
  readonly type: string | undefined
  /** What kind of message that is; undefined for a type that no endpoint knows. */
  readonly messageKind: MessageKind | undefined
  /** Who published or sent it. */
  readonly source: string | undefined
  /** When it was appended, or was handled. Milliseconds since the epoch. */
  readonly at: number
  readonly conversationId: string
  /** Undefined when it came without a trace. */
  readonly traceId: string | undefined
  /** Id of the message that led to this one. */
  readonly causationId: string | undefined
  readonly topic: string
  readonly partition: number
  readonly offset: string
  /** Which endpoint's topic it is, or which has handled it; undefined for a message topic. */
  readonly endpoint: string | undefined
  /** Who has handled it there: a handler, or a saga. */
  readonly handler: string | undefined
  /** How long that took, in microseconds. */
  readonly durationUs: number | undefined
  /** Why it is where it is, for a retry or a dead letter. */
  readonly error: { readonly type: string; readonly message: string; readonly attempts: number } | undefined
}

/**
 * A journey from what is known of it, oldest first: the records of topics, and what audits say of deliveries. Where records are
 * missing, because nobody has read their topics, there are those that the audits speak of.
 * @param deliveries each once, as `deliveriesIn` gives them
 * @param kinds which kind of message each type is, by its full name
 */
export function journeyOf(
  records: readonly JourneyStep[],
  deliveries: readonly ToldDelivery[],
  kinds: ReadonlyMap<string, MessageKind>,
): JourneyStep[] {
  const messageAt = new Map(records.map((step) => [placeOf(step), step.message]))
  const known = new Set(messageAt.values())
  const told = deliveries.map((delivery) => toldSteps(delivery, messageAt, kinds))
  const missing = told.filter(({ message }) => !known.has(message.message))
  // Of a message that was produced twice, the first.
  const messages = new Map(missing.toReversed().map(({ message }) => [message.message, message]))
  const handled = told.flatMap(({ outcome }) => (outcome?.kind === 'handled' ? outcome : []))
  const others = missing.flatMap(({ outcome }) => (outcome === undefined || outcome.kind === 'handled' ? [] : outcome))
  return inOrder([...records, ...messages.values(), ...handled, ...others])
}

/** What became of a message, as kinds of steps. A duplicate is no step: nothing happened. */
const kindOf: Readonly<Record<HandledOutcome, StepKind | undefined>> = {
  handled: 'handled',
  retried: 'retry',
  postponed: 'postponed',
  deadLettered: 'dead-letter',
  duplicate: undefined,
  unknown: undefined,
}

/** The message that was delivered, and what was done with it. */
interface ToldSteps {
  readonly message: JourneyStep
  readonly outcome: JourneyStep | undefined
}

function toldSteps(
  { endpoint, entry }: ToldDelivery,
  messageAt: ReadonlyMap<string, string>,
  kinds: ReadonlyMap<string, MessageKind>,
): ToldSteps {
  const { id, source, type, conversationId, causationId, traceId, topic, partition } = entry
  const delivered = { topic, partition, offset: String(entry.offset) }
  const original =
    entry.originalTopic === null
      ? delivered
      : { topic: entry.originalTopic, partition: entry.originalPartition ?? 0, offset: String(entry.originalOffset ?? 0) }
  const message: JourneyStep = {
    ...original,
    kind: 'message',
    id,
    message: messageAt.get(placeOf(delivered)) ?? messageAt.get(placeOf(original)) ?? identityKey({ source, id, formerId: id }),
    type: type ?? undefined,
    messageKind: kinds.get(type ?? ''),
    source,
    at: entry.sentAt,
    conversationId,
    traceId: traceId ?? undefined,
    causationId: causationId ?? undefined,
    endpoint: undefined,
    handler: undefined,
    durationUs: undefined,
    error: undefined,
  }
  const kind = kindOf[entry.outcome]
  if (kind === undefined) return { message, outcome: undefined }
  const { startedAt, durationUs, handler, saga, errorType, attempt } = entry
  const outcome: JourneyStep = {
    ...message,
    ...delivered,
    kind,
    at: startedAt + Math.round(durationUs / 1_000),
    endpoint,
    handler: handler ?? saga ?? undefined,
    durationUs,
    error: errorType === null ? undefined : { type: errorType, message: '', attempts: attempt },
  }
  return { message, outcome }
}

const placeOf = ({ topic, partition, offset }: Pick<JourneyStep, 'topic' | 'partition' | 'offset'>) =>
  `${topic}/${partition}/${offset}`

/** Steps by time; those of the same millisecond by what led to what. */
export function inOrder(steps: readonly JourneyStep[]): JourneyStep[] {
  const depth = depthIn(new Map(steps.map(({ id, causationId }) => [id, causationId])))
  return steps.toSorted(
    (a, b) => a.at - b.at || depth(a.id) - depth(b.id) || kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || comparePlaces(a, b),
  )
}

const kinds: readonly StepKind[] = ['message', 'handled', 'postponed', 'retry', 'dead-letter', 'replay']

const comparePlaces = (a: JourneyStep, b: JourneyStep) =>
  a.topic.localeCompare(b.topic) || a.partition - b.partition || Number(BigInt(a.offset) - BigInt(b.offset))
