import { headerBytes } from '../codec/wire.ts'
import { GrowingBytes } from '../growingBytes.ts'

/** Lengths below it have one byte. */
const short = 64
/** The branch of a union with null that is not null: 1, as Avro writes it. */
const some = 2

/** Writes Avro (https://avro.apache.org/docs/1.12.0/specification/#binary-encoding), one value at a time, in a buffer that grows and is used again. */
export class AvroWriter extends GrowingBytes {
  constructor() {
    super(64 * 1024)
  }

  /** With the header that Confluent's registry has its readers expect. */
  begin(schemaId: number): void {
    this.bytes[0] = 0
    this.bytes.writeInt32BE(schemaId, 1)
    this.next = headerBytes
  }

  /** With one byte that is no Avro. */
  beginWith(mark: number): void {
    this.bytes[0] = mark
    this.next = 1
  }

  /** @returns a copy of what was written */
  take(): Buffer {
    return Buffer.from(this.written())
  }

  /** Of a union with null: that it is null. */
  none(): void {
    this.#byte(0)
  }

  /** Of a union with null: that it is not, and what comes next is its value. */
  some(): void {
    this.#byte(some)
  }

  /** Of any other union: which of its types comes next, counted from 0. */
  branch(index: number): void {
    this.#byte(2 * index)
  }

  array<T>(items: readonly T[], write: (item: T, index: number) => void): void {
    if (items.length > 0) this.long(items.length)
    for (let index = 0; index < items.length; index += 1) write(items[index] as T, index)
    this.#byte(0)
  }

  /** A whole number: zigzag, seven bits to a byte; exact up to 2^53. */
  long(value: number): void {
    this.reserve(10)
    this.varint(value < 0 ? -2 * value - 1 : 2 * value)
  }

  optionalLong(value: number | undefined): void {
    if (value === undefined) return this.none()
    this.some()
    this.long(value)
  }

  text(text: string): void {
    if (this.#shortText(text)) return
    const size = Buffer.byteLength(text)
    this.long(size)
    this.reserve(size)
    this.next += this.bytes.write(text, this.next)
  }

  /** {@link optionalText} that is there as bytes, from `from` up to `to`. @returns false when it is long, or not in ASCII; then nothing is written */
  optionalShortBytes(content: Buffer, from: number, to: number): boolean {
    const size = to - from
    if (size >= short) return false
    this.reserve(2 + size)
    const bytes = this.bytes
    let at = this.next
    bytes[at++] = some
    bytes[at++] = size * 2
    for (let index = from; index < to; index += 1) {
      const code = content[index] as number
      if (code > 0x7f) return false
      bytes[at++] = code
    }
    this.next = at
    return true
  }

  content(content: Uint8Array): void {
    this.long(content.length)
    this.reserve(content.length)
    this.bytes.set(content, this.next)
    this.next += content.length
  }

  optionalText(text: string | null | undefined): void {
    if (text === null || text === undefined) return this.none()
    this.some()
    this.text(text)
  }

  #shortText(text: string): boolean {
    const size = text.length
    if (size >= short) return false
    this.reserve(1 + size)
    const bytes = this.bytes
    let at = this.next
    bytes[at++] = size * 2
    for (let index = 0; index < size; index += 1) {
      const code = text.charCodeAt(index)
      if (code > 0x7f) return false
      bytes[at++] = code
    }
    this.next = at
    return true
  }

  #byte(value: number): void {
    this.reserve(1)
    this.bytes[this.next++] = value
  }
}
