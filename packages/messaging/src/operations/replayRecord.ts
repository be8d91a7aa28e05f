import type { BrokerRecord, OutgoingRecord, RecordHeaders } from '../broker/port.ts'
import { type Envelope, openEnvelope } from '../engine/envelope.ts'
import { failure, headerText } from '../headers.ts'
import { leftOutBody, restoredBody } from './leftOutBody.ts'
import type { ReplayTopics } from './replayTopics.ts'

/** A dead letter as it goes back, or why it cannot. */
export type ReplayRecord = { readonly record: OutgoingRecord } | { readonly problem: string }

/** @param position names the dead letter in `petrel-replay-of` */
export async function replayRecord(letter: BrokerRecord, position: string, topics: ReplayTopics): Promise<ReplayRecord> {
  const envelope = openEnvelope(letter)
  const leftOut = leftOutBody(letter)
  const body = leftOut === undefined ? { value: letter.value } : await restoredBody(leftOut, envelope, topics)
  if ('problem' in body) return body
  const refusedBy = headerText(letter.headers, failure.refusedBy)
  if (refusedBy !== undefined) return toRefusingTopic(refusedBy, envelope, body.value, topics)
  return { record: await toReplayTopic(envelope, body.value, position, topics) }
}

/** Its origin stays, so that it is known as the same message; what recoverability added for the failure is gone. */
async function toReplayTopic(
  { record: { key, headers }, original }: Envelope,
  value: Buffer | null,
  position: string,
  { replay: topic, partitionsOf }: ReplayTopics,
): Promise<OutgoingRecord> {
  const record = { topic, key, value, headers: { ...withoutFailure(headers), [failure.replayOf]: position } }
  // Without a key only the partition of the original record says which one it belongs to.
  return key === null ? { ...record, partition: original.partition % ((await partitionsOf(topic)) ?? 1) } : record
}

/** The endpoint's own message goes where it was to go. To those who read it there it is a message like any other. */
async function toRefusingTopic(
  topic: string,
  { record: { key, headers } }: Envelope,
  value: Buffer | null,
  { partitionsOf }: ReplayTopics,
): Promise<ReplayRecord> {
  if ((await partitionsOf(topic)) === undefined)
    return { problem: `It was to go to ${topic}, which does not exist. petrel deploy of its owner creates it.` }
  return { record: { topic, key, value, headers: withoutPetrel(headers) } }
}

const origin = new Set<string>([
  failure.originalTopic,
  failure.originalPartition,
  failure.originalOffset,
  failure.originalTimestamp,
  failure.endpoint,
])
const ofPetrel = new Set<string>(Object.values(failure))

const withoutPetrel = (headers: RecordHeaders): RecordHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofPetrel.has(name)))

const withoutFailure = (headers: RecordHeaders): RecordHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofPetrel.has(name) || origin.has(name)))
