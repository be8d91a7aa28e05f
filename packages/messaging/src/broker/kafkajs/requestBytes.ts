/** What kafkajs expects a request to encode itself to: something with the bytes in it. */
export interface RequestBytes {
  readonly buf: Buffer
  readonly buffer: Buffer
}

/** Writes the primitive types of Kafka's protocol (https://kafka.apache.org/protocol#protocol_types) into one buffer of the right size. */
export class RequestWriter {
  readonly buffer: Buffer
  at = 0

  constructor(size: number) {
    this.buffer = Buffer.allocUnsafe(size)
  }

  // Byte by byte: Buffer's own methods call five others for each number, and small requests are mostly numbers.

  int8(value: number): this {
    this.buffer[this.at++] = value
    return this
  }

  int16(value: number): this {
    const { buffer, at } = this
    buffer[at] = value >>> 8
    buffer[at + 1] = value
    this.at = at + 2
    return this
  }

  int32(value: number): this {
    const { buffer, at } = this
    buffer[at] = value >>> 24
    buffer[at + 1] = value >>> 16
    buffer[at + 2] = value >>> 8
    buffer[at + 3] = value
    this.at = at + 4
    return this
  }

  int64(value: bigint): this {
    return this.int32(Number(BigInt.asIntN(32, value >> 32n))).int32(Number(BigInt.asIntN(32, value)))
  }

  text(value: string | null | undefined): this {
    if (value === null || value === undefined) return this.int16(-1)
    const start = this.at + 2
    const bytes = this.buffer.write(value, start)
    this.int16(bytes)
    this.at = start + bytes
    return this
  }

  done(): RequestBytes {
    return { buf: this.buffer, buffer: this.buffer }
  }
}

/** Bytes of a text with its length. */
export const textSize = (value: string | null | undefined): number => 2 + Buffer.byteLength(value ?? '')
