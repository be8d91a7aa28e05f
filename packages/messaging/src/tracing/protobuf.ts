import { GrowingBytes } from '../growingBytes.ts'

const varint = 0
const fixed64 = 1
const sized = 2
const fixed32 = 5
type WireType = typeof varint | typeof fixed64 | typeof sized | typeof fixed32

/** Bytes of a length that is written before it is known. A varint may have more bytes than it needs. */
const openLength = 4
/** The longest length that one byte holds. */
const shortLength = 0x7f
/** The most bytes of a number. */
const longestVarint = 10

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
    this.reserve(longestVarint)
    this.varint(value)
  }

  fixed32(field: number, value: number): void {
    this.#tag(field, fixed32)
    this.reserve(4)
    this.view.setUint32(this.next, value, true)
    this.next += 4
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
    this.view.setUint32(this.next, lower % 0x1_0000_0000, true)
    this.view.setUint32(this.next + 4, Math.floor(upper / 0x1_0000) + Math.floor(lower / 0x1_0000_0000), true)
    this.next += 8
  }

  text(field: number, value: string): void {
    this.#tag(field, sized)
    const size = Buffer.byteLength(value)
    this.reserve(longestVarint + size)
    this.varint(size)
    this.next += this.bytes.write(value, this.next)
  }

  /** Eight bytes, as two whole numbers of 32 bits. */
  bytes8(field: number, upper: number, lower: number): void {
    this.#tag(field, sized)
    this.reserve(9)
    this.bytes[this.next] = 8
    this.view.setInt32(this.next + 1, upper)
    this.view.setInt32(this.next + 5, lower)
    this.next += 9
  }

  /** Sixteen bytes, as four whole numbers of 32 bits. */
  bytes16(field: number, first: number, second: number, third: number, fourth: number): void {
    this.#tag(field, sized)
    this.reserve(17)
    this.bytes[this.next] = 16
    this.view.setInt32(this.next + 1, first)
    this.view.setInt32(this.next + 5, second)
    this.view.setInt32(this.next + 9, third)
    this.view.setInt32(this.next + 13, fourth)
    this.next += 17
  }

  /** Fields that were written before. */
  fields(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.next)
    this.next += bytes.length
  }

  /** A `KeyValue` of OpenTelemetry’s protocol: most of what a span has. @param key as {@link attributeKey} makes it. @param value as `SpanAttributes` has it; anything else is written as a text */
  attribute(field: number, key: Uint8Array, value: unknown): void {
    if (typeof value === 'string' && this.#shortText(field, key, value)) return
    const isWhole = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    if (isWhole && this.#shortNumber(field, key, value)) return
    const attribute = this.begin(field)
    this.fields(key)
    const any = this.begin(2)
    if (typeof value === 'boolean') this.number(2, Number(value))
    else if (typeof value !== 'number')
      // A program in JavaScript may have anything here. It must not keep a message from being handled.
      this.text(1, String(value))
    else if (isWhole) this.number(3, value)
    else this.#double(4, value)
    this.end(any)
    this.end(attribute)
  }

  /** A text in ASCII with lengths of one byte each, as nearly all are. @returns false when it is something else; then nothing is written */
  #shortText(field: number, key: Uint8Array, value: string): boolean {
    const size = value.length
    const length = key.length + 4 + size
    if (length > shortLength) return false
    const begun = this.next
    this.#beginShort(field, key, length, size * 3)
    const { bytes } = this
    let at = this.next
    bytes[at++] = 2 + size
    bytes[at++] = (1 << 3) | sized
    bytes[at++] = size
    if (writeAscii(bytes, at, value)) {
      this.next = at + size
      return true
    }
    this.next = begun
    return false
  }

  /** The same of a number. */
  #shortNumber(field: number, key: Uint8Array, value: number): boolean {
    if (key.length + 3 + longestVarint > shortLength) return false
    this.#beginShort(field, key, 0, longestVarint)
    const any = this.next
    this.bytes[any + 1] = 3 << 3
    this.next = any + 2
    this.varint(value)
    const size = this.next - any - 1
    this.bytes[any] = size
    this.bytes[any - key.length - 2] = key.length + 2 + size
    return true
  }

  /** Up to the length of the value. @param more bytes for which there must be room behind that */
  #beginShort(field: number, key: Uint8Array, length: number, more: number): void {
    this.#tag(field, sized)
    this.reserve(key.length + 5 + more)
    this.bytes[this.next] = length
    this.bytes.set(key, this.next + 1)
    this.next += 1 + key.length
    this.bytes[this.next++] = (2 << 3) | sized
  }

  #double(field: number, value: number): void {
    this.#tag(field, fixed64)
    this.reserve(8)
    this.view.setFloat64(this.next, value, true)
    this.next += 8
  }

  #tag(field: number, type: WireType): void {
    this.reserve(2)
    this.varint((field << 3) | type)
  }
}

/** Texts of fewer characters are written in less time one by one. */
const charactersAtOnce = 16

/** There must be room for three times as many bytes as the text has characters. @returns false when it has others than ASCII's */
function writeAscii(bytes: Buffer, start: number, text: string): boolean {
  const { length } = text
  // Whatever is not in ASCII takes more bytes than characters.
  if (length >= charactersAtOnce) return bytes.write(text, start) === length
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) return false
    bytes[start + index] = code
  }
  return true
}

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
