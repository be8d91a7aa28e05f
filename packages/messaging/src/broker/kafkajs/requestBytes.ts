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

  int8(value: number): this {
    this.at = this.buffer.writeInt8(value, this.at)
    return this
  }

  int16(value: number): this {
    this.at = this.buffer.writeInt16BE(value, this.at)
    return this
  }

  int32(value: number): this {
    this.at = this.buffer.writeInt32BE(value, this.at)
    return this
  }

  int64(value: bigint): this {
    this.at = this.buffer.writeBigInt64BE(value, this.at)
    return this
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
