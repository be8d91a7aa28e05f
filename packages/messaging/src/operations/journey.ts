import type { Audit } from '../audit/audit.ts'
import { auditDecoder, type DecodeAudit } from '../audit/auditDecoder.ts'
import { deliveriesIn, type ToldDelivery } from '../audit/deliveries.ts'
import type { BrokerAdmin, BrokerRecord, Position } from '../broker/port.ts'
import { Undecodable } from '../codec/errors.ts'
import type { Endpoint } from '../definition/endpoint.ts'
import { openEnvelope } from '../engine/envelope.ts'
import type { MessageKind } from '../definition/message.ts'
import { ce, failure, headerText } from '../headers.ts'
import { identityKey } from '../identity.ts'
import { traceIdIn } from '../tracing/recordContext.ts'
import { auditTopic, dltTopic, postponedTopic, replayTopic, retryTopic, topicName } from '../naming.ts'
import type { Registry } from '../registry/port.ts'
import { timeOfUuid7 } from '../uuid7.ts'
import type { Infrastructure } from './infrastructure.ts'
import { journeyOf, type JourneyStep, type StepKind } from './journeyOf.ts'
import { messageTypes } from './plan.ts'

interface Place {
  readonly topic: string
  readonly kind: StepKind
  readonly endpoint?: string
}

/** Where journeys are. */
export interface JourneyPlaces extends Pick<Infrastructure, 'admin' | 'prefix'> {
  /** Audits are read with it; without it the journey does not say who has handled what. */
  readonly registry?: Pick<Registry, 'schemaOf'> | undefined
}

/**
 * Everything that happened to one order (or product, or whatever the record key names) as far as the endpoints' topics
 * still have it, oldest first; within a millisecond by what led to what. Who has handled what is known where the endpoints'
 * audits have it. A key that is a UUID of version 7 says since when there can be anything: topics are read from then on. With
 * any other key they are read whole.
 * @throws BrokerUnavailable; RegistryUnavailable when there is an audit to read
 */
export async function journey(
  key: string,
  endpoints: readonly Endpoint[],
  { admin, prefix, registry }: JourneyPlaces,
): Promise<JourneyStep[]> {
  const places = placesOf(endpoints, prefix)
  const messageKinds = new Map(endpoints.flatMap(messageTypes).map(({ fullName, kind }) => [fullName, kind]))
  const existing = await admin.partitions(places.map(({ topic }) => topic))
  const stepsSince = async (since: number) => {
    const steps = await Promise.all(
      places.map(async (place) => {
        if (!existing.has(place.topic)) return []
        return (await withKey(key, place.topic, since, admin)).map((record) => stepOf(place, record, messageKinds))
      }),
    )
    return steps.flat()
  }
  const since = Math.max(0, (timeOfUuid7(key) ?? 0) - clocksDifferMs)
  const latest = await stepsSince(since)
  // Its maker's clock may be ahead by more.
  const records = latest.length === 0 && since > 0 ? await stepsSince(0) : latest
  const told = registry === undefined ? [] : await toldOf(key, records, endpoints, { admin, prefix, registry })
  return journeyOf(records, told, messageKinds)
}

/** Clocks of machines may differ by as much. */
const clocksDifferMs = 60_000

/** What the audits of the endpoints say about a key: since its first record. */
async function toldOf(
  key: string,
  records: readonly JourneyStep[],
  endpoints: readonly Endpoint[],
  { admin, prefix, registry }: Required<JourneyPlaces>,
): Promise<ToldDelivery[]> {
  if (records.length === 0 || registry === undefined) return []
  const since = Math.max(0, Math.min(...records.map(({ at }) => at)) - clocksDifferMs)
  const topics = await admin.partitions(endpoints.map(({ name }) => prefix + auditTopic(name)))
  const decode = auditDecoder(registry)
  const audits = await Promise.all([...topics.keys()].map((topic) => auditsAbout(key, topic, since, { admin, decode })))
  return deliveriesIn(audits.flat())
}

async function auditsAbout(
  key: string,
  topic: string,
  since: number,
  { admin, decode }: { readonly admin: BrokerAdmin; readonly decode: DecodeAudit },
): Promise<Audit[]> {
  const found: Audit[] = []
  for await (const record of admin.read(topic, { from: await admin.offsetsSince(topic, since) })) {
    const audit = await decodedOrNone(decode, record)
    const messages = audit?.messages.filter((entry) => entry.key === key) ?? []
    if (audit !== undefined && messages.length > 0) found.push({ ...audit, messages })
  }
  return found
}

/** Others can write into the topic, too: what is no audit says nothing. */
async function decodedOrNone(decode: DecodeAudit, record: BrokerRecord): Promise<Audit | undefined> {
  try {
    return await decode(record)
  } catch (error) {
    if (error instanceof Undecodable) return undefined
    throw error
  }
}

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

/** All partitions are read: a client other than ours may have its own rule where a key belongs, as librdkafka has. */
async function withKey(key: string, topic: string, since: number, admin: BrokerAdmin): Promise<BrokerRecord[]> {
  const from = await beginsSince(topic, since, admin)
  // Most topics of a young system are empty, and each read has a connection of its own.
  if (from.length === 0) return []
  const found: BrokerRecord[] = []
  for await (const record of admin.read(topic, { from })) if (record.key?.toString() === key) found.push(record)
  return found
}

/** Where each partition of a topic is to be read from; nowhere when there is nothing. @param since milliseconds since the epoch */
async function beginsSince(topic: string, since: number, admin: BrokerAdmin): Promise<Position[]> {
  const kept = await admin.offsets(topic)
  const latest = new Map(kept.map((each) => [each.partition, each.latest]))
  const isBefore = ({ partition, offset }: Position) => offset < (latest.get(partition) ?? 0n)
  const first = kept.map(({ partition, earliest }) => ({ topic, partition, offset: earliest }))
  if (!first.some(isBefore)) return []
  const begins = since === 0 ? first : await admin.offsetsSince(topic, since)
  return begins.some(isBefore) ? begins : []
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
    handler: undefined,
    durationUs: undefined,
    error: errorType === undefined ? undefined : { type: errorType, message, attempts },
  }
}
