import { failure } from '../../headers.ts'
import { unpack } from './compression/unpack.ts'
import type { FetchedMessage } from './fetchedRecords.ts'
import { encodeRecord } from './recordEncoding.ts'

/** kafkajs's own, of one batch that is not compressed. */
export type DecodeBatch = (batch: Buffer) => Promise<{ readonly records: FetchedMessage[] }>

/** Where things are in a record batch (https://kafka.apache.org/documentation/#recordbatch), in bytes. */
const AT = { size: 8, magic: 16, attributes: 21, lastOffsetDelta: 23, count: 57, records: 61 }
/** The size leaves out itself and what is before it. */
const BEFORE_SIZE = AT.size + 4
const COMPRESSION = 0b111

/**
 * What a batch may be when it is unpacked, in bytes, with so many for each record: a small record takes more memory as an object.
 * Kafka takes a megabyte of compressed records by default. Of what programs write that is some ten megabytes; of zeros, a
 * thousand.
 */
const LARGEST = 64 * 1024 * 1024
const PER_RECORD = 256

/** The last batch of an answer may be cut. */
export function* wholeBatches(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at + AT.records <= bytes.length;) {
    const end = at + BEFORE_SIZE + bytes.readInt32BE(at + AT.size)
    if (end > bytes.length) return
    yield bytes.subarray(at, end)
    at = end
  }
}

export const offsetAfter = (batches: readonly Buffer[]): bigint | undefined => {
  const last = batches.at(-1)
  return last && lastOffset(last) + 1n
}

const lastOffset = (batch: Buffer): bigint => batch.readBigInt64BE(0) + BigInt(batch.readInt32BE(AT.lastOffsetDelta))

/** In the format of Kafka 0.11 and later. */
export const isCompressed = (batch: Buffer): boolean => batch.readInt8(AT.magic) === 2 && compressionOf(batch) !== 0

const compressionOf = (batch: Buffer): number => batch.readInt16BE(AT.attributes) & COMPRESSION

/** A batch that cannot be unpacked becomes one record that says why, in the place of its last one: others must not wait for it. */
export async function unpackedBatch(
  batch: Buffer,
  decodeBatch: DecodeBatch,
): Promise<{ readonly records: FetchedMessage[]; readonly cost: number }> {
  try {
    const plain = isCompressed(batch) ? await unpacked(batch) : batch
    return { records: (await decodeBatch(plain)).records, cost: plain.length + PER_RECORD * countIn(batch) }
  } catch (error) {
    const { records } = await decodeBatch(standIn(batch, (error as Error).message))
    return { records, cost: 0 }
  }
}

const countIn = (batch: Buffer): number => batch.readInt32BE(AT.count)

async function unpacked(batch: Buffer): Promise<Buffer> {
  const limit = LARGEST - PER_RECORD * countIn(batch)
  if (limit <= 0) throw new RangeError(`it has ${countIn(batch)} records`)
  return withRecords(batch, await unpack(compressionOf(batch), batch.subarray(AT.records), limit), countIn(batch))
}

function withRecords(batch: Buffer, records: Buffer, count: number): Buffer {
  const plain = Buffer.allocUnsafeSlow(AT.records + records.length)
  batch.copy(plain, 0, 0, AT.records)
  records.copy(plain, AT.records)
  plain.writeInt32BE(plain.length - BEFORE_SIZE, AT.size)
  plain.writeInt16BE(batch.readInt16BE(AT.attributes) & ~COMPRESSION, AT.attributes)
  plain.writeInt32BE(count, AT.count)
  return plain
}

function standIn(batch: Buffer, why: string): Buffer {
  const [first, last] = [batch.readBigInt64BE(0), lastOffset(batch)]
  const reason = `A batch of ${countIn(batch)} records, from offset ${first} to ${last}, cannot be unpacked: ${why}.`
  const offsetDelta = batch.readInt32BE(AT.lastOffsetDelta)
  const record = encodeRecord({ key: null, value: null, headers: { [failure.unreadable]: reason }, offsetDelta })
  return withRecords(batch, record.buffer, 1)
}
