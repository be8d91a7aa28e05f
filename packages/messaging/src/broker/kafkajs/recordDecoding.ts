import { addHeader, noHeaders } from '../recordHeaders.ts'

/** What kafkajs knows of the batch that a record is in. */
export interface BatchContext {
  readonly firstOffset: string
  readonly firstTimestamp: string
  readonly maxTimestamp: string
  /** 1 when the broker has put its own time on the batch. */
  readonly timestampType: number
  readonly magicByte?: number
  readonly isControlBatch?: boolean
  readonly inTransaction?: boolean
  readonly producerId?: string
}

/** What kafkajs makes of a record. */
export interface DecodedRecord {
  readonly magicByte: number | undefined
  readonly attributes: number
  readonly timestamp: string
  readonly offset: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Record<string, Buffer | Buffer[]>
  readonly isControlRecord: boolean
  readonly batchContext: BatchContext
}

const LOG_APPEND_TIME = 1

/** A record within a batch (https://kafka.apache.org/documentation/#record); `buffer` holds it alone, without its length. */
export function decodeRecord({ buffer }: { readonly buffer: Buffer }, context: BatchContext): DecodedRecord {
  const reader = new Reader(copyOf(buffer))
  const attributes = reader.byte()
  const timestampDelta = reader.varint()
  const offset = String(BigInt(context.firstOffset) + BigInt(reader.varint()))
  const timestamp =
    context.timestampType === LOG_APPEND_TIME ? context.maxTimestamp : String(Number(context.firstTimestamp) + timestampDelta)
  return {
    magicByte: context.magicByte,
    attributes,
    timestamp,
    offset,
    key: reader.content(),
    value: reader.content(),
    headers: headers(reader),
    isControlRecord: context.isControlBatch ?? false,
    batchContext: context,
  }
}

function headers(reader: Reader): DecodedRecord['headers'] {
  const result = noHeaders()
  const count = reader.varint()
  for (let place = 0; place < count; place += 1) addHeader(result, reader.name(place), reader.content())
  return result
}

/** Of the headers of an earlier record, by their place: mostly they are the same again. */
const names: { readonly bytes: Uint8Array; readonly text: string }[] = []
/** Strangers' records may have many headers and long names, and these are kept in memory. */
const kept = { names: 32, bytes: 64 }

/** Bytes. Node's own pool has 64 KiB, which a single record that waits long would keep in memory. */
const SLAB = 8_192
let slab = Buffer.allocUnsafeSlow(SLAB)
let used = 0

/**
 * A record may wait long for its handler. As a slice of what was fetched it would keep all of that in memory, up to a
 * megabyte. Small records share a slab, since a buffer for each would cost 3 µs; this costs 0.4 µs.
 */
function copyOf(bytes: Buffer): Buffer {
  const copy = room(bytes.length)
  copy.set(bytes)
  return copy
}

function room(size: number): Buffer {
  if (size > SLAB / 4) return Buffer.allocUnsafeSlow(size)
  if (used + size > SLAB) {
    slab = Buffer.allocUnsafeSlow(SLAB)
    used = 0
  }
  return slab.subarray(used, (used += size))
}

class Reader {
  readonly #buffer: Buffer
  #at = 0

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  byte(): number {
    return this.#buffer.readInt8(this.#at++)
  }

  /** Zigzag, seven bits to a byte; exact up to 2^53. */
  varint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.#buffer[this.#at++] ?? 0
      value += (byte & 0x7f) * scale
      if (byte < 0x80) break
      scale *= 128
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  content(): Buffer | null {
    const size = this.varint()
    return size < 0 ? null : this.#buffer.subarray(this.#at, (this.#at += size))
  }

  /** Of the header at this place. To make a string of each, and to find it among all keys, took half of a record's time. */
  name(place: number): string {
    const size = this.varint()
    const start = this.#at
    this.#at += size
    const known = names[place]
    if (known !== undefined && known.bytes.length === size && this.#has(known.bytes, start)) return known.text
    const text = this.#buffer.toString('utf8', start, this.#at)
    const mayBeKept = place < kept.names && size <= kept.bytes
    if (mayBeKept) names[place] = { bytes: new Uint8Array(this.#buffer.subarray(start, this.#at)), text }
    return text
  }

  #has(bytes: Uint8Array, start: number): boolean {
    for (let at = 0; at < bytes.length; at += 1) if (bytes[at] !== this.#buffer[start + at]) return false
    return true
  }
}
