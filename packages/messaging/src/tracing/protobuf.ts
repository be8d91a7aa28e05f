import { GrowingBytes } from '../growingBytes.ts'

const varint = 0
const fixed64 = 1
const sized = 2
const fixed32 = 5
type WireType = typeof varint | typeof fixed64 | typeof sized | typeof fixed32

/** Bytes of a length that is written before it is known. A varint may have more bytes than it needs. */
const openLength = 4

/** Writes fields of protobuf messages (https://protobuf.dev/programming-guides/encoding/) one behind the other, into a buffer that grows. */
export class ProtobufWriter extends GrowingBytes {
  /** A field that is a message: it has what is written until `end`. @returns for `end` */
  begin(field: number): number {
    this.#tag(field, sized)
    this.reserve(openLength)
    this.next += openLength
    return this.next
  }

  end(begun: number): void {
    let length = this.next - begun
    for (let at = begun - openLength; at < begun - 1; at += 1) {
      this.bytes[at] = (length & 0x7f) | 0x80
      length >>>= 7
    }
    this.bytes[begun - 1] = length
  }

  /** A whole number from 0 to 2^53. */
  number(field: number, value: number): void {
    this.#tag(field, varint)
    this.reserve(10)
    this.varint(value)
  }

  fixed32(field: number, value: number): void {
    this.#tag(field, fixed32)
    this.reserve(4)
    this.next = this.bytes.writeUInt32LE(value, this.next)
  }

  /** @param ms milliseconds since the epoch, with fractions; it is written in nanoseconds */
  time(field: number, ms: number): void {
    this.#tag(field, fixed64)
    this.reserve(8)
    const seconds = Math.trunc(ms / 1_000)
    const nanos = Math.round((ms - seconds * 1_000) * 1_000_000)
    // seconds × 10⁹ has more bits than a number holds exactly: so its upper and its lower half are multiplied apart.
    const upper = Math.floor(seconds / 0x1_0000) * 1_000_000_000
    const lower = (upper % 0x1_0000) * 0x1_0000 + (seconds % 0x1_0000) * 1_000_000_000 + nanos
    this.next = this.bytes.writeUInt32LE(lower % 0x1_0000_0000, this.next)
    this.next = this.bytes.writeUInt32LE(Math.floor(upper / 0x1_0000) + Math.floor(lower / 0x1_0000_0000), this.next)
  }

  text(field: number, value: string): void {
    this.#tag(field, sized)
    const size = Buffer.byteLength(value)
    this.reserve(10 + size)
    this.varint(size)
    this.next += this.bytes.write(value, this.next)
  }

  /** An id in hexadecimal, as bytes. */
  id(field: number, hex: string): void {
    this.#tag(field, sized)
    const size = hex.length / 2
    this.reserve(1 + size)
    this.bytes[this.next++] = size
    for (let at = 0; at < hex.length; at += 2)
      this.bytes[this.next++] = (digit(hex.charCodeAt(at)) << 4) | digit(hex.charCodeAt(at + 1))
  }

  /** Fields that were written before. */
  fields(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.next)
    this.next += bytes.length
  }

  /** A `KeyValue` of OpenTelemetry’s protocol: most of what a span has. @param key as {@link attributeKey} makes it. @param value as `SpanAttributes` has it; anything else is written as a text */
  attribute(field: number, key: Uint8Array, value: unknown): void {
    if (typeof value === 'string' && this.#shortAttribute(field, key, value)) return
    const attribute = this.begin(field)
    this.fields(key)
    const any = this.begin(2)
    if (typeof value === 'boolean') this.number(2, Number(value))
    else if (typeof value !== 'number')
      // A program in JavaScript may have anything here. It must not keep a message from being handled.
      this.text(1, String(value))
    else if (Number.isSafeInteger(value) && value >= 0) this.number(3, value)
    else this.#double(4, value)
    this.end(any)
    this.end(attribute)
  }

  /** A text in ASCII with lengths of one byte each, as nearly all are. @returns false when it is something else; then nothing is written */
  #shortAttribute(field: number, key: Uint8Array, value: string): boolean {
    const size = value.length
    const length = key.length + 4 + size
    if (length > 0x7f) return false
    const begun = this.next
    this.#tag(field, sized)
    this.reserve(1 + length)
    const bytes = this.bytes
    bytes[this.next] = length
    bytes.set(key, this.next + 1)
    let at = this.next + 1 + key.length
    bytes[at++] = (2 << 3) | sized
    bytes[at++] = 2 + size
    bytes[at++] = (1 << 3) | sized
    bytes[at++] = size
    for (let index = 0; index < size; index += 1) {
      const code = value.charCodeAt(index)
      if (code > 0x7f) {
        this.next = begun
        return false
      }
      bytes[at++] = code
    }
    this.next = at
    return true
  }

  #double(field: number, value: number): void {
    this.#tag(field, fixed64)
    this.reserve(8)
    this.next = this.bytes.writeDoubleLE(value, this.next)
  }

  #tag(field: number, type: WireType): void {
    this.reserve(2)
    this.varint((field << 3) | type)
  }
}

const digits = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, '0123456789abcdef'.indexOf(String.fromCharCode(code))))
const digit = (code: number): number => digits[code] ?? 0

const keys = new Map<string, Uint8Array>()
/** Names are in the code. If somebody makes them of something else, they are not kept. */
const mostKeys = 1_000

/** The name of an attribute as the first field of a `KeyValue`. */
export function attributeKey(name: string): Uint8Array {
  const known = keys.get(name)
  if (known !== undefined) return known
  const writer = new ProtobufWriter(name.length * 3 + 12)
  writer.text(1, name)
  const key = writer.written()
  if (keys.size < mostKeys) keys.set(name, key)
  return key
}
