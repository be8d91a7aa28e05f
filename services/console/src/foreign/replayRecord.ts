import {
  type BrokerRecord,
  failureHeaders as failure,
  type OutgoingRecord,
  type RecordHeaders,
} from '@petrel/messaging/operations'
import { isConnectHeader } from './connect.ts'
import type { Failed } from './failed.ts'
import { firstText } from './headerValues.ts'
import { failedOf, originHeaders } from './letter.ts'
import { springHeaders } from './spring.ts'
import { watermillHeaders } from './watermill.ts'

/** The topic that a foreign dead letter goes back to; undefined when nothing says where it came from. */
export const foreignReplayTopic = (record: BrokerRecord): string | undefined => failedOf(record)?.topic

/**
 * A foreign dead letter as it goes back to the topic that it came from, where every subscriber hears it again. Body, key and
 * headers are those of the dead letter without what was said about the failure, so its consumer counts from the start. Petrel's
 * headers name its origin: it is the same failure when it fails again, and a Petrel endpoint that has handled it knows it.
 * @param position names the dead letter in `petrel-replay-of`
 * @param partitions how many the topic has; undefined when it does not exist
 */
export function foreignReplayRecord(
  record: BrokerRecord,
  position: string,
  partitions: number | undefined,
): { readonly record: OutgoingRecord } | { readonly problem: string } {
  const failed = failedOf(record)
  const topic = failed?.topic
  if (failed === undefined || topic === undefined)
    return {
      problem: `Nothing in the headers of ${position} says which topic it came from. Let its source send it again, and archive this one.`,
    }
  if (partitions === undefined)
    return { problem: `It came from ${topic}, which does not exist any more. Create the topic and replay it, or archive it.` }
  const { key, value, headers } = record
  const origin = firstText(headers, failure.originalTopic) === undefined ? originOf(record, failed) : {}
  const outgoing = { topic, key, value, headers: { ...withoutFailure(headers), ...origin, [failure.replayOf]: position } }
  return { record: { ...outgoing, ...samePartition(failed, partitions) } }
}

/** Others may have chosen partitions in another way than we do, and a key must stay in its partition. */
function samePartition({ place }: Failed, partitions: number): { partition?: number } {
  return place !== undefined && place.partition < partitions ? { partition: place.partition } : {}
}

/** Where nobody knows it better, the message began as this dead letter. */
function originOf({ topic, partition, offset, timestamp }: BrokerRecord, { place }: Failed): RecordHeaders {
  return originHeaders({
    place: place ?? { topic, partition, offset, timestamp: BigInt(timestamp) },
  })
}

const ofTheFailure = new Set([...springHeaders, ...watermillHeaders])

const withoutFailure = (headers: RecordHeaders): RecordHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofTheFailure.has(name) && !isConnectHeader(name)))
