import { depthIn, type HandledOutcome, type SagaStep } from '@petrel/messaging/operations'
import type { Definition } from '../monitoring/definition.ts'
import { type SagaView, sagasOf } from './sagas.ts'

/** A message, as whoever has seen it knows it. Times are milliseconds since the epoch. */
export interface Message {
  readonly id: string
  readonly source: string
  /** Null for a message that does not say. */
  readonly type: string | null
  readonly causationId: string | null
  readonly traceId: string | null
  readonly key: string | null
  readonly sentAt: number
  /** Where it was first appended. */
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

/** What became of one delivery of a message at an endpoint. */
export interface Handling extends Message {
  readonly endpoint: string
  /** Where this delivery was read; a retry is another one. */
  readonly delivery: string
  readonly instance: string | null
  readonly handler: string | null
  readonly saga: string | null
  readonly sagaId: string | null
  readonly sagaStep: SagaStep | null
  readonly outcome: HandledOutcome
  readonly attempt: number
  readonly errorType: string | null
  readonly at: number
  readonly startedAt: number
  readonly durationUs: number
}

/** Everything that is known of a conversation. */
export interface Evidence {
  readonly handlings: readonly Handling[]
  /** Messages that were found in their topics; whether anybody has handled them is not known. */
  readonly sent: readonly Message[]
  /** By endpoint. */
  readonly definitions: ReadonlyMap<string, Definition>
  /** Where an endpoint goes on in a partition; undefined where nobody knows. */
  readonly committed: (endpoint: string, topic: string, partition: number) => bigint | undefined
  /** The failure of a message at an endpoint; undefined where there is none. */
  readonly failureOf: (endpoint: string, message: Pick<Message, 'id' | 'source'>) => string | undefined
}

export interface ConversationView {
  /** Of the first message. */
  readonly key: string | null
  readonly traceId: string | null
  /** Endpoints that have not handled all that they hear of it: some of it they have not tried yet, or try again. */
  readonly waiting: readonly string[]
  readonly messages: readonly MessageView[]
  readonly sagas: readonly SagaView[]
}

export interface MessageView {
  readonly id: string
  readonly type: string | null
  /** Null for a type that no endpoint knows. */
  readonly kind: 'command' | 'event' | 'timeout' | null
  /** Who said it. */
  readonly from: string
  readonly key: string | null
  readonly sentAt: Date
  readonly causationId: string | null
  readonly topic: string
  /** What became of it, in the order of time. */
  readonly handled: readonly HandlingView[]
  /** Endpoints that have not tried it yet. */
  readonly waiting: readonly string[]
}

export interface HandlingView {
  readonly endpoint: string
  readonly instance: string | null
  readonly handler: string | null
  readonly saga: string | null
  readonly outcome: HandledOutcome
  readonly attempt: number
  readonly startedAt: Date
  readonly durationUs: number
  readonly errorType: string | null
  readonly failureId: string | null
}

/** Puts together who said what to whom, what became of it, and who has not tried it yet. */
export function conversationView(evidence: Evidence): ConversationView {
  const { handlings, sent } = evidence
  const known = new Map<string, Message>()
  for (const message of [...handlings, ...sent]) if (!known.has(keyOf(message))) known.set(keyOf(message), message)
  const messages = inOrder([...known.values()])
  const told = lastOfEachDelivery(handlings)
  const byMessage = Map.groupBy(told, keyOf)
  const views = messages.map((message) => messageView(message, byMessage.get(keyOf(message)) ?? [], evidence))
  return {
    key: messages.find(({ key }) => key !== null)?.key ?? null,
    traceId: messages.find(({ traceId }) => traceId !== null)?.traceId ?? null,
    waiting: [...new Set(views.flatMap((view) => [...view.waiting, ...tryingAgain(view)]))].toSorted(),
    messages: views,
    sagas: sagasOf(told, evidence.definitions),
  }
}

const keyOf = ({ source, id }: Pick<Message, 'source' | 'id'>) => JSON.stringify([source, id])

/**
 * After a crash one delivery may have been written down several times: the last one counts, and that it was a duplicate only where
 * nothing else is known.
 */
function lastOfEachDelivery(handlings: readonly Handling[]): Handling[] {
  const last = new Map<string, Handling>()
  for (const handling of handlings.toSorted((one, other) => one.at - other.at)) {
    const key = JSON.stringify([handling.endpoint, handling.delivery, keyOf(handling)])
    const former = last.get(key)
    if (former === undefined || handling.outcome !== 'duplicate' || former.outcome === 'duplicate') last.set(key, handling)
  }
  return [...last.values()]
}

function messageView(message: Message, handlings: readonly Handling[], evidence: Evidence): MessageView {
  const { id, type, source, key, sentAt, causationId, topic } = message
  return {
    id,
    type,
    kind: kindOf(type, evidence.definitions),
    from: source,
    key,
    sentAt: new Date(sentAt),
    causationId,
    topic,
    handled: handlings
      .toSorted((one, other) => one.startedAt - other.startedAt || one.at - other.at)
      .map((handling) => handlingView(handling, evidence)),
    waiting: waitingFor(message, handlings, evidence),
  }
}

function kindOf(type: string | null, definitions: Evidence['definitions']): MessageView['kind'] {
  for (const { handles, produces } of definitions.values()) {
    const found = [...produces, ...handles].find((each) => each.type === type)
    if (found !== undefined) return found.kind
  }
  return null
}

const handlingView = (handling: Handling, { failureOf }: Evidence): HandlingView => {
  const { endpoint, instance, handler, saga, outcome, attempt, startedAt, durationUs, errorType } = handling
  const failureId = outcome === 'deadLettered' ? (failureOf(endpoint, handling) ?? null) : null
  return { endpoint, instance, handler, saga, outcome, attempt, startedAt: new Date(startedAt), durationUs, errorType, failureId }
}

/** Endpoints that hear such messages, have said nothing about this one, and have it before them. */
function waitingFor(message: Message, handlings: readonly Handling[], { definitions, committed }: Evidence): string[] {
  const { topic, partition, offset, type } = message
  const tried = new Set(handlings.map(({ endpoint }) => endpoint))
  return [...definitions]
    .filter(([, { handles }]) => handles.some((each) => each.topic === topic && (type === null || each.type === type)))
    .filter(([endpoint]) => !tried.has(endpoint) && (committed(endpoint, topic, partition) ?? 0n) <= offset)
    .map(([endpoint]) => endpoint)
}

/** Endpoints whose last word about a message is that they try it again. */
const tryingAgain = ({ handled }: MessageView): string[] =>
  [...new Map(handled.map(({ endpoint, outcome }) => [endpoint, outcome]))]
    .filter(([, outcome]) => outcome === 'retried' || outcome === 'postponed')
    .map(([endpoint]) => endpoint)

/** By time; within a millisecond by what led to what. */
function inOrder(messages: readonly Message[]): Message[] {
  const depth = depthIn(new Map(messages.map(({ id, causationId }) => [id, causationId])))
  return messages.toSorted((one, other) => one.sentAt - other.sentAt || depth(one.id) - depth(other.id))
}
