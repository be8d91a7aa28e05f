/** What is written one value behind the other, into a buffer that grows. For writers of one format each. */
export class GrowingBytes {
  protected bytes: Buffer
  /** Where the next value goes. */
  protected next = 0

  /** @param size in bytes, to begin with */
  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size)
  }

  /** What was written: a view, and valid until more is. */
  written(): Buffer {
    return this.bytes.subarray(0, this.next)
  }

  protected reserve(size: number): void {
    if (this.next + size <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.next + size))
    larger.set(this.written())
    this.bytes = larger
  }

  /** A whole number from 0 to 2^53, seven bits to a byte, as Avro and protobuf have it. For up to ten bytes there must be room. */
  protected varint(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      this.bytes[this.next++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.bytes[this.next++] = rest
  }
}
