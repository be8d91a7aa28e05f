import avsc, { type Type } from 'avsc'
import { BoundedBytes, BoundedInt, BoundedLong } from './bounded.ts'

// oxlint-disable no-underscore-dangle -- these are avsc's names.

// Primitives of writers that have a logical type (https://avro.apache.org/docs/1.12.0/specification/#logical-types). Our own
// contracts know `timestamp-millis` only. avsc forgets the others: then microseconds are read as milliseconds, and the year
// is 58,000. Read as what they are underneath they are numbers and bytes, for people and tools.

/** `timestamp-micros`: can be read as a time in milliseconds. */
export class Microseconds extends BoundedLong {}
/** A number that is no time in milliseconds: of days, of nanoseconds, since midnight, in a time zone that nobody knows. */
export class OtherLong extends BoundedLong {}
export class OtherInt extends BoundedInt {}
/** The digits of a decimal number; they are no text. */
class Decimal extends BoundedBytes {}

const otherLongs = new Set([
  'time-micros',
  'timestamp-nanos',
  'local-timestamp-millis',
  'local-timestamp-micros',
  'local-timestamp-nanos',
])
const otherInts = new Set(['date', 'time-millis'])

/** @returns undefined where the logical type is ours, or not one of this type: Avro wants it to be ignored then */
export function logicalPrimitive(type: unknown, logicalType: unknown): Type | undefined {
  if (typeof logicalType !== 'string') return undefined
  if (type === 'long' && logicalType === 'timestamp-micros') return new Microseconds()
  if (type === 'long' && otherLongs.has(logicalType)) return new OtherLong()
  if (type === 'int' && otherInts.has(logicalType)) return new OtherInt()
  return type === 'bytes' && logicalType === 'decimal' ? new Decimal() : undefined
}

const stringType = avsc.types.StringType.prototype as unknown as { _update(resolver: unknown, writer: Type): void }

/** Avro lets bytes be read as a string. */
export class NoDecimalString extends avsc.types.StringType {
  _update(resolver: unknown, writer: Type): void {
    if (!(writer instanceof Decimal)) stringType._update.call(this, resolver, writer)
  }
}
