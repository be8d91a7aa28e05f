import { GrowingBytes } from '../growingBytes.ts'

const varint = 0
const fixed64 = 1
const sized = 2
const fixed32 = 5
type WireType = typeof varint | typeof fixed64 | typeof sized | typeof fixed32

/** Bytes of a length that is written before it is known. A varint may have more bytes than it needs. */
const openLength = 4
/** The most bytes of a number. */
export const longestVarint = 10

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

  double(field: number, value: number): void {
    this.#tag(field, fixed64)
    this.reserve(8)
    this.view.setFloat64(this.next, value, true)
    this.next += 8
  }

  text(field: number, value: string): void {
    this.#tag(field, sized)
    const size = Buffer.byteLength(value)
    this.reserve(longestVarint + size)
    this.varint(size)
    this.next += this.bytes.write(value, this.next)
  }

  /** Fields that were written before. */
  fields(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.next)
    this.next += bytes.length
  }

  #tag(field: number, type: WireType): void {
    this.reserve(2)
    this.varint(tagOf(field, type))
  }
}

const tagOf = (field: number, type: WireType) => (field << 3) | type

/** One byte, for fields below 16: the tag of a field that has a length, and of others. */
export const tags = {
  sized: (field: number) => tagOf(field, sized),
  varint: (field: number) => tagOf(field, varint),
  fixed32: (field: number) => tagOf(field, fixed32),
  fixed64: (field: number) => tagOf(field, fixed64),
}
