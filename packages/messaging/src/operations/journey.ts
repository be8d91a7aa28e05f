import { partitionOf } from '../broker/partitioner.ts'
import type { BrokerAdmin, BrokerRecord } from '../broker/port.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import { openEnvelope } from '../engine/envelope.ts'
import type { MessageKind } from '../definition/message.ts'
import { ce, failure, headerText } from '../headers.ts'
import { identityKey } from '../identity.ts'
import { traceIdIn } from '../tracing/recordContext.ts'
import { dltTopic, postponedTopic, replayTopic, retryTopic, topicName } from '../naming.ts'
import type { Infrastructure } from './infrastructure.ts'
import { messageTypes } from './plan.ts'

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

/** One record of a journey. */
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
  /** When it was appended. Milliseconds since the epoch. */
  readonly at: number
  readonly conversationId: string
  /** Undefined when it came without a trace. */
  readonly traceId: string | undefined
  /** Id of the message that led to this one. */
  readonly causationId: string | undefined
  readonly topic: string
  readonly partition: number
  readonly offset: string
  /** Which endpoint's topic it is; undefined for a message topic. */
  readonly endpoint: string | undefined
  /** Why it is where it is, for a retry or a dead letter. */
  readonly error: { readonly type: string; readonly message: string; readonly attempts: number } | undefined
}

interface Place {
  readonly topic: string
  readonly kind: StepKind
  readonly endpoint?: string
}

/**
 * Everything that happened to one order (or product, or whatever the record key names) as far as the endpoints' topics
 * still have it, oldest first; within a millisecond by what led to what.
 */
export async function journey(
  key: string,
  endpoints: readonly Endpoint[],
  { admin, prefix }: Pick<Infrastructure, 'admin' | 'prefix'>,
): Promise<JourneyStep[]> {
  const places = placesOf(endpoints, prefix)
  const messageKinds = new Map(endpoints.flatMap(messageTypes).map(({ fullName, kind }) => [fullName, kind]))
  const existing = await admin.partitions(places.map(({ topic }) => topic))
  const steps = await Promise.all(
    places.map(async (place) => {
      const partitions = existing.get(place.topic)
      if (partitions === undefined) return []
      return (await withKey(key, place.topic, partitions, admin)).map((record) => stepOf(place, record, messageKinds))
    }),
  )
  return inOrder(steps.flat())
}

/** Steps by time; those of the same millisecond by what led to what. */
export function inOrder(steps: readonly JourneyStep[]): JourneyStep[] {
  const causes = new Map(steps.map(({ id, causationId }) => [id, causationId]))
  const depth = (id: string | undefined, seen = 0): number =>
    id === undefined || !causes.has(id) || seen > causes.size ? seen : depth(causes.get(id), seen + 1)
  return steps.toSorted(
    (a, b) => a.at - b.at || depth(a.id) - depth(b.id) || kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || comparePlaces(a, b),
  )
}

const kinds: readonly StepKind[] = ['message', 'postponed', 'retry', 'dead-letter', 'replay']

const comparePlaces = (a: JourneyStep, b: JourneyStep) =>
  a.topic.localeCompare(b.topic) || a.partition - b.partition || Number(BigInt(a.offset) - BigInt(b.offset))

function placesOf(endpoints: readonly Endpoint[], prefix: string): Place[] {
  const places = endpoints.flatMap((endpoint): Place[] => {
    const { name, recoverability } = endpoint
    return [
      ...messageTypes(endpoint).map((type): Place => ({ topic: prefix + topicName(type), kind: 'message' })),
      ...recoverability.delayed.map((delay): Place => ({
        topic: prefix + retryTopic(name, delay),
        kind: 'retry',
        endpoint: name,
      })),
      { topic: prefix + dltTopic(name), kind: 'dead-letter', endpoint: name },
      { topic: prefix + postponedTopic(name), kind: 'postponed', endpoint: name },
      { topic: prefix + replayTopic(name), kind: 'replay', endpoint: name },
    ]
  })
  return [...new Map(places.map((place) => [place.topic, place])).values()]
}

/** Only the partition that the key belongs to is read. */
async function withKey(key: string, topic: string, partitions: number, admin: BrokerAdmin): Promise<BrokerRecord[]> {
  const own = partitionOf(key, partitions)
  const ends = await admin.offsets(topic)
  // Most partitions of a young system are empty, and each read has a connection of its own.
  if (ends.every(({ partition, earliest, latest }) => partition !== own || earliest === latest)) return []
  const from = ends.map(({ partition, earliest, latest }) => ({
    topic,
    partition,
    offset: partition === own ? earliest : latest,
  }))
  const found: BrokerRecord[] = []
  for await (const record of admin.read(topic, { from })) if (record.key?.toString() === key) found.push(record)
  return found
}

function stepOf({ kind, endpoint }: Place, record: BrokerRecord, messageKinds: ReadonlyMap<string, MessageKind>): JourneyStep {
  const { headers, topic, partition, offset, timestamp } = record
  const { id, identity, typeName, conversationId, causationId, attempts } = openEnvelope(record)
  const errorType = headerText(headers, failure.errorType)
  const message = headerText(headers, failure.errorMessage) ?? ''
  return {
    // Petrel 0.1 sent postponed messages through the replay topic, too.
    kind: kind === 'replay' && headerText(headers, failure.replayOf) === undefined ? 'postponed' : kind,
    id,
    message: identityKey(identity),
    type: typeName,
    messageKind: messageKinds.get(typeName ?? ''),
    source: headerText(headers, ce.source),
    at: timestamp,
    conversationId,
    traceId: traceIdIn(headers),
    causationId,
    topic,
    partition,
    offset: String(offset),
    endpoint,
    error: errorType === undefined ? undefined : { type: errorType, message, attempts },
  }
}
