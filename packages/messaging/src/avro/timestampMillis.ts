import { isDate } from 'node:util/types'
import avsc, { type Type } from 'avsc'
import { smallestLong } from './bounded.ts'
import { Microseconds, OtherInt, OtherLong } from './logicalTypes.ts'

/** Reads and writes `timestamp-millis` as Date. Without it avsc would read and write plain numbers. */
export class TimestampMillis extends avsc.types.LogicalType {
  /** @throws TypeError when the type is not long, but string for example. avsc then ignores the attribute, as the specification requires. */
  constructor(schema: avsc.Schema, options?: unknown) {
    super(schema, options)
    if (!avsc.Type.isType(this.underlyingType, 'long')) throw new TypeError('timestamp-millis is a long')
  }

  protected override _fromValue(milliseconds: number): Date {
    return timeAt(milliseconds)
  }

  /** @returns undefined for an invalid value, as avsc expects. The number of an invalid Date is NaN, and fails the comparison. */
  protected override _toValue(date: unknown): number | undefined {
    return isDate(date) && date.getTime() >= smallestLong ? date.getTime() : undefined
  }

  protected override _resolve(writer: Type): ((value: never) => Date) | undefined {
    if (writer instanceof TimestampMillis) return (date: Date) => date
    if (writer instanceof Microseconds) return (microseconds: number) => timeAt(Math.floor(microseconds / 1_000))
    if (writer instanceof OtherLong || writer instanceof OtherInt) return undefined
    return avsc.Type.isType(writer, 'long', 'int') ? timeAt : undefined
  }
}

function timeAt(milliseconds: number): Date {
  const date = new Date(milliseconds)
  if (Number.isNaN(date.getTime())) throw new RangeError(`${milliseconds} ms is not a valid date`)
  return date
}
