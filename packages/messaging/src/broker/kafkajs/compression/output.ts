/** Bytes that grow while something is unpacked into them, and never beyond a limit. */
export class Output {
  readonly #limit: number
  #bytes: Buffer
  #used = 0

  constructor(limit: number, expected = 0) {
    if (expected > limit) throw tooLarge(limit)
    this.#limit = limit
    this.#bytes = Buffer.allocUnsafeSlow(expected)
  }

  get length(): number {
    return this.#used
  }

  /** What was appended. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#used)
  }

  /** @throws RangeError when there are not as many bytes, or there is no room for them */
  append(from: Buffer, start: number, length: number): void {
    if (start + length > from.length) throw new RangeError('it ends too early')
    const to = this.#roomFor(length)
    if (length > 32) from.copy(to, this.#used, start, start + length)
    else for (let at = 0; at < length; at += 1) to[this.#used + at] = from[start + at] ?? 0
    this.#used += length
  }

  /** Appends what stands `distance` bytes before the end; the two may overlap. @param first where it may begin at the earliest */
  repeat(distance: number, length: number, first = 0): void {
    const from = this.#used - distance
    if (distance === 0 || from < first) throw new RangeError('it refers to what is before its beginning')
    const to = this.#roomFor(length)
    if (distance === 1) to.fill(to[from] ?? 0, this.#used, this.#used + length)
    else if (length > 32 && distance >= length) to.copyWithin(this.#used, from, from + length)
    else for (let at = 0; at < length; at += 1) to[this.#used + at] = to[from + at] ?? 0
    this.#used += length
  }

  #roomFor(length: number): Buffer {
    const needed = this.#used + length
    if (needed > this.#limit) throw tooLarge(this.#limit)
    if (needed <= this.#bytes.length) return this.#bytes
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(this.#limit, 2 * this.#bytes.length)))
    this.bytes().copy(larger)
    this.#bytes = larger
    return larger
  }
}

export const tooLarge = (limit: number): RangeError => new RangeError(`it unpacks to more than ${limit} bytes`)
