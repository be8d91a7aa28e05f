import { createHash } from 'node:crypto'
import type { BrokerAdmin, BrokerRecord } from '../broker/port.ts'
import type { Envelope } from '../engine/envelope.ts'
import { failure, headerText } from '../headers.ts'
import { placeOf } from './deadLetters.ts'
import { recordsAt } from './recordsAt.ts'
import type { ReplayTopics } from './replayTopics.ts'

/** A body that did not fit into the dead letter topic. */
export interface LeftOutBody {
  readonly bytes: number
  /** In hex. */
  readonly sha256: string
}

/** @returns undefined when the dead letter has its body */
export function leftOutBody({ value, headers }: BrokerRecord): LeftOutBody | undefined {
  const [bytes, sha256] = [headerText(headers, failure.bodyBytes), headerText(headers, failure.bodySha256)]
  if (value !== null || sha256 === undefined || !/^\d{1,15}$/.test(bytes ?? '')) return undefined
  return { bytes: Number(bytes), sha256 }
}

/** Fetches the body from the original record, if it is still there and still the same. */
export async function restoredBody(
  { bytes, sha256 }: LeftOutBody,
  { original, record }: Envelope,
  { admin, partitionsOf }: Pick<ReplayTopics, 'admin' | 'partitionsOf'>,
): Promise<{ readonly value: Buffer } | { readonly problem: string }> {
  const place = `${original.topic}/${original.partition}/${original.offset}`
  const lost = (why: string) => ({
    problem: `Its body of ${bytes} bytes did not fit into ${record.topic}, and ${why}. Let its source send it again, and discard this one.`,
  })
  if (place === placeOf(record)) return lost('it was in no other topic')
  if ((await partitionsOf(original.topic)) === undefined) return lost(`the topic of ${place} is gone`)
  const found = await recordAt(original, admin)
  if (found === undefined) return lost(`its record ${place} is gone`)
  return isDigestOf(found.value, sha256) ? { value: found.value } : lost(`${place} is another record now`)
}

async function recordAt(place: Envelope['original'], admin: BrokerAdmin): Promise<BrokerRecord | undefined> {
  const positions = [{ partition: place.partition, offset: BigInt(place.offset) }]
  for await (const record of recordsAt(place.topic, positions, admin)) return record
  return undefined
}

const isDigestOf = (value: Buffer | null, sha256: string): value is Buffer =>
  value !== null && createHash('sha256').update(value).digest('hex') === sha256
