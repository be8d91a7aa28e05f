import { isDate } from 'node:util/types'
import avsc, { type Type } from 'avsc'
import type { AvroSchema } from '../definition/message.ts'
import { BoundedArray, BoundedLong, BoundedMap, smallestLong } from './bounded.ts'

/** `timestamp-millis` as Date, on the way in and out. Without it avsc would read and take plain numbers. */
export class TimestampMillis extends avsc.types.LogicalType {
  protected override _fromValue(milliseconds: number): Date {
    return new Date(milliseconds)
  }

  /** `undefined` is avsc's word for "not valid"; an invalid Date has no number. */
  protected override _toValue(date: unknown): number | undefined {
    return isDate(date) && date.getTime() >= smallestLong ? date.getTime() : undefined
  }

  protected override _resolve(writer: Type): ((value: never) => Date) | undefined {
    if (writer instanceof TimestampMillis) return (date: Date) => date
    return avsc.Type.isType(writer, 'long', 'int') ? (milliseconds: number) => new Date(milliseconds) : undefined
  }
}

/**
 * Compiles a schema; costs about a millisecond, so it is done once for each.
 * @throws Error when it is not an Avro schema, or one with a union that cannot be told apart in JavaScript
 */
export function compile(schema: AvroSchema): Type {
  // avsc's own type of a schema is mutable and closed; it neither changes ours nor minds further attributes.
  const type = avsc.Type.forSchema(schema as avsc.Schema, {
    logicalTypes: { 'timestamp-millis': TimestampMillis },
    omitRecordMethods: true,
    wrapUnions: 'never',
    typeHook: bounded,
  })
  for (const record of recordsOf(type)) makePlain(record)
  return type
}

function bounded(part: avsc.Schema, options: avsc.ForSchemaOptions): Type | undefined {
  const { type, logicalType } = typeof part === 'object' ? (part as { type?: unknown; logicalType?: unknown }) : { type: part }
  if (type === 'array') return new BoundedArray(part, options)
  if (type === 'map') return new BoundedMap(part, options)
  return type === 'long' && logicalType === undefined ? new BoundedLong() : undefined
}

/** avsc makes records with a generated constructor, for speed. Given Object's prototype, what it makes are plain objects: equal to what was sent, and cloneable. */
function makePlain(record: avsc.types.RecordType): void {
  const constructor = record.recordConstructor as { prototype: object }
  constructor.prototype = Object.prototype
}

function recordsOf(type: Type, found = new Set<avsc.types.RecordType>()): Set<avsc.types.RecordType> {
  if (type instanceof avsc.types.RecordType) {
    if (found.has(type)) return found
    found.add(type)
    for (const field of type.fields) recordsOf(field.type, found)
  }
  if (type instanceof avsc.types.ArrayType) recordsOf(type.itemsType, found)
  if (type instanceof avsc.types.MapType) recordsOf(type.valuesType as Type, found)
  if (type instanceof avsc.types.UnwrappedUnionType) for (const branch of type.types) recordsOf(branch, found)
  return found
}
