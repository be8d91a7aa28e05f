import avsc, { type Type } from 'avsc'

// Types that refuse what avsc (5.7.9) reads or writes wrongly without an error.
// oxlint-disable no-underscore-dangle -- these are avsc's names.

/**
 * A long that is read as it was written: avsc loses the sign of numbers below -2^52, and cannot write numbers above
 * 2^53 - 2. Checked before every write. It can go when avsc's own check refuses them.
 */
export class BoundedLong extends avsc.types.LongType {
  _check(value: unknown, _flags: unknown, hook?: (value: unknown, type: Type) => void): boolean {
    const fits = Number.isInteger(value) && Number(value) >= smallestLong && Number(value) <= 2 ** 53 - 2
    if (!fits) hook?.(value, this)
    return fits
  }
}

export const smallestLong = -(2 ** 52)

// A few wrong bytes can claim that an array has a billion items. avsc would create them all, past the end of the value, and
// the consumer would hang on one record. The following types stop where the value ends. They use avsc's reader, which is not
// documented: so the version is pinned, and bounded.test.ts fails when the reader changes.

/** The part of avsc's reader that they use. Reading past the end does not throw: it returns nonsense and moves `pos` on. */
interface Tap {
  readonly buf: Buffer
  pos: number
  readLong(): number
  readString(): string
  skipLong(): void
  skipString(): void
}

/** An int in its range: avsc returns any number, 2^40 for example, or NaN for a number of two hundred bytes. */
export class BoundedInt extends avsc.types.IntType {
  _read(tap: Tap): number {
    const value = tap.readLong()
    if (value !== (value | 0)) throw new RangeError(`${value} is not an int`)
    return value
  }
}

/**
 * Bytes that do not go past the end of the value. avsc takes short ones from a pool, and a length that is not a number breaks
 * the pool: after that one message the process reads all short bytes as empty.
 */
export class BoundedBytes extends avsc.types.BytesType {
  _read(tap: Tap): Buffer {
    const length = tap.readLong()
    const start = tap.pos
    tap.pos += length
    const isWithin = tap.pos >= start && tap.pos <= tap.buf.length
    if (!isWithin) throw new RangeError('bytes claim to be longer than what there is')
    return Buffer.from(tap.buf.subarray(start, tap.pos))
  }
}

interface Part {
  _read(tap: Tap): unknown
  _skip(tap: Tap): void
}

/** An array whose items do not go past the end of the value. */
export class BoundedArray extends avsc.types.ArrayType {
  _read(this: { readonly itemsType: Part }, tap: Tap): unknown[] {
    const items: unknown[] = []
    eachItem(tap, () => items.push(this.itemsType._read(tap)))
    return items
  }

  _skip(this: { readonly itemsType: Part }, tap: Tap): void {
    eachItem(tap, () => this.itemsType._skip(tap))
  }
}

/** A map whose entries do not go past the end of the value. */
export class BoundedMap extends avsc.types.MapType {
  _read(this: { readonly valuesType: Part }, tap: Tap): Record<string, unknown> {
    const entries: [string, unknown][] = []
    eachItem(tap, () => entries.push([tap.readString(), this.valuesType._read(tap)]))
    return Object.fromEntries(entries)
  }

  _skip(this: { readonly valuesType: Part }, tap: Tap): void {
    eachItem(tap, () => {
      tap.skipString()
      this.valuesType._skip(tap)
    })
  }
}

/** Reads blocks of items. A count comes before each block, and 0 ends them; after a negative count comes the block's size. */
function eachItem(tap: Tap, item: () => void): void {
  for (let count = tap.readLong(); count !== 0; count = tap.readLong()) {
    if (count < 0) tap.skipLong()
    for (let left = Math.abs(count); left > 0; left -= 1) {
      const before = tap.pos
      item()
      // An item has at least one byte, so the position must move forward, and not past the end. It may also be NaN, after a
      // length of two hundred bytes. Every comparison with NaN is false: so the condition is for what is right.
      const movedWithin = tap.pos > before && tap.pos <= tap.buf.length
      if (!movedWithin) throw new RangeError('an array or map claims more items than there are')
    }
  }
}
