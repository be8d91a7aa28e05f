/** What is written one value behind the other, into a buffer that grows. For writers of one format each. */
export class GrowingBytes {
  protected bytes: Buffer
  /** The same bytes: it writes numbers in a tenth of the time that `bytes` takes. */
  protected view: DataView
  /** Where the next value goes. */
  protected next = 0

  /** @param bytes to begin with, or how many */
  constructor(bytes: number | Buffer) {
    this.bytes = typeof bytes === 'number' ? Buffer.allocUnsafeSlow(bytes) : bytes
    this.view = viewOf(this.bytes)
  }

  /** What was written: a view, and valid until more is. */
  written(): Buffer {
    return this.bytes.subarray(0, this.next)
  }

  protected reserve(size: number): void {
    if (this.next + size > this.bytes.length) this.#grow(size)
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.next + size))
    larger.set(this.written())
    this.bytes = larger
    this.view = viewOf(larger)
  }

  /** A whole number from 0 to 2^53, seven bits to a byte, as Avro and protobuf have it. For up to ten bytes there must be room. */
  protected varint(value: number): void {
    let rest = value
    while (rest > 0x7fff_ffff) {
      this.bytes[this.next++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    while (rest > 0x7f) {
      this.bytes[this.next++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[this.next++] = rest
  }
}

const viewOf = ({ buffer, byteOffset, length }: Buffer) => new DataView(buffer, byteOffset, length)
