import avsc, { type Type } from 'avsc'

// Where avsc (5.7.9) goes wrong in silence.
// oxlint-disable no-underscore-dangle -- these are avsc's names.

/**
 * A long that comes back as it was written: avsc loses the sign of numbers below -2^52, and has none above 2^53 - 2.
 * Checked before every write; can go when avsc's own check refuses them.
 */
export class BoundedLong extends avsc.types.LongType {
  _check(value: unknown, _flags: unknown, hook?: (value: unknown, type: Type) => void): boolean {
    const fits = Number.isInteger(value) && Number(value) >= smallestLong && Number(value) <= 2 ** 53 - 2
    if (!fits) hook?.(value, this)
    return fits
  }
}

export const smallestLong = -(2 ** 52)

// A few wrong bytes can claim an array of a billion items, and avsc (5.7.9) would make them all, past the end of the
// value: the consumer hangs on one poison message. The next two types stop where the value ends. They use avsc's reader,
// which its documentation does not describe; that version is pinned, and bounded.test.ts notices when it changes.

/** The part of avsc's reader that they use: reading past the end moves `pos` behind it and yields nonsense, it does not throw. */
interface Tap {
  readonly buf: Buffer
  pos: number
  readLong(): number
  readString(): string
  skipLong(): void
  skipString(): void
}

interface Part {
  _read(tap: Tap): unknown
  _skip(tap: Tap): void
}

/** An array whose items all lie within the value. */
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

/** A map whose entries all lie within the value. */
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

/** Blocks of items, each with a count in front, until a count of 0; behind a negative count stands the block's size. */
function eachItem(tap: Tap, item: () => void): void {
  for (let count = tap.readLong(); count !== 0; count = tap.readLong()) {
    if (count < 0) tap.skipLong()
    for (let left = Math.abs(count); left > 0; left -= 1) {
      const before = tap.pos
      item()
      // An item has at least one byte, so one that moved nowhere or backwards is as broken as one behind the end.
      if (tap.pos <= before || tap.pos > tap.buf.length) throw new RangeError('an array or map claims more items than there are')
    }
  }
}
