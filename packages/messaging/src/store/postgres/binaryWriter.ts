/** Writes bytes in network order into a buffer that grows and is used again. */
export class BinaryWriter {
  #buffer: Buffer
  #end = 0

  /** @param bytes for which there is room at first */
  constructor(bytes = 16_384) {
    this.#buffer = Buffer.allocUnsafeSlow(bytes)
  }

  /** A number from −2³¹ to 2³² − 1. Byte by byte: Buffer's own method calls five others for each. */
  int32(value: number): this {
    this.#reserve(4)
    this.#writeInt32(value, this.#end)
    this.#end += 4
    return this
  }

  /** @throws RangeError when a bigint has more than 64 bits. */
  int64(value: number | bigint): this {
    this.#reserve(8)
    if (typeof value === 'bigint') {
      this.#end = this.#buffer.writeBigInt64BE(value, this.#end)
      return this
    }
    const high = Math.floor(value / 0x1_0000_0000)
    return this.int32(high).int32(value - high * 0x1_0000_0000)
  }

  byte(value: number): this {
    this.#reserve(1)
    this.#buffer[this.#end++] = value
    return this
  }

  bytes(value: Uint8Array): this {
    this.#reserve(value.length)
    this.#buffer.set(value, this.#end)
    this.#end += value.length
    return this
  }

  /** The length, then an optional mark, then the text in UTF-8. The length counts the mark. */
  sizedText(text: string, mark?: number): this {
    this.#reserve(5 + text.length * 3)
    const sizeAt = this.#end
    this.#end += 4
    if (mark !== undefined) this.#buffer[this.#end++] = mark
    if (text.length > fewLetters || !this.ascii(text)) this.#end += this.#buffer.write(text, this.#end, 'utf8')
    this.#writeInt32(this.#end - sizeAt - 4, sizeAt)
    return this
  }

  /** The text in UTF-8. */
  text(text: string): this {
    this.#reserve(text.length * 3)
    this.#end += this.#buffer.write(text, this.#end, 'utf8')
    return this
  }

  /** A short text, when it is ASCII without NUL. @returns false when it is not: then nothing was written */
  ascii(text: string): boolean {
    this.#reserve(text.length)
    const [buffer, end] = [this.#buffer, this.#end]
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (code === 0 || code > 127) return false
      buffer[end + at] = code
    }
    this.#end += text.length
    return true
  }

  /** The length, then what is written meanwhile. */
  sized(write: () => unknown): this {
    this.#reserve(4)
    const sizeAt = this.#end
    this.#end += 4
    write()
    this.#writeInt32(this.#end - sizeAt - 4, sizeAt)
    return this
  }

  /** The 16 bytes of a UUID in hexadecimal, with dashes anywhere. @returns false when the text is no UUID; then what was written is of no use */
  uuid(text: string): boolean {
    this.#reserve(16)
    let at = 0
    let invalid = 0
    for (let byte = 0; byte < 16; byte += 1) {
      if (text.charCodeAt(at) === dash) at += 1
      const value = (hexDigit(text.charCodeAt(at)) << 4) | hexDigit(text.charCodeAt(at + 1))
      this.#buffer[this.#end++] = value
      invalid |= value
      at += 2
    }
    return invalid >= 0 && at === text.length
  }

  /** @returns a copy of what was written; the writer is empty then */
  take(): Buffer {
    const taken = Buffer.from(this.#buffer.subarray(0, this.#end))
    this.#end = 0
    return taken
  }

  /** @returns what was written, and no copy of it: nothing may be written any more */
  end(): Buffer {
    return this.#buffer.subarray(0, this.#end)
  }

  /** Drops what was written. */
  clear(): void {
    this.#end = 0
  }

  #writeInt32(value: number, at: number): void {
    const buffer = this.#buffer
    buffer[at] = value >>> 24
    buffer[at + 1] = value >>> 16
    buffer[at + 2] = value >>> 8
    buffer[at + 3] = value
  }

  #reserve(size: number): void {
    if (this.#end + size <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#end + size))
    larger.set(this.#buffer.subarray(0, this.#end))
    this.#buffer = larger
  }
}

/** To call into Node for them takes longer than to write them one by one. */
const fewLetters = 24

const dash = 45
const digits = Int8Array.from({ length: 128 }, (_, code) => '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase()))

/** @returns −1 when the character is no hexadecimal digit */
const hexDigit = (code: number): number => digits[code] ?? -1
