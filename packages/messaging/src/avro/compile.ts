import avsc, { type Type } from 'avsc'
import type { AvroSchema } from '../definition/message.ts'
import { BoundedArray, BoundedBytes, BoundedInt, BoundedLong, BoundedMap } from './bounded.ts'
import { refuseBoundless, refuseHugeText } from './limits.ts'
import { logicalPrimitive, NoDecimalString } from './logicalTypes.ts'
import { TimestampMillis } from './timestampMillis.ts'
import { isUnion, resolvingByBranch } from './unions.ts'

/**
 * Compiles a schema. It takes about a millisecond, so it is done once for each.
 * @throws Error when it is not an Avro schema, one beyond `limits.ts`, or one with a union whose branches look alike in JavaScript
 */
export function compile(schema: AvroSchema): Type {
  return compileWith(schema, { wrapUnions: 'never', typeHook: bounded })
}

/**
 * Compiles the schema of any writer, to read what it has written: whatever Avro allows, within `limits.ts`. In a union whose
 * branches look alike in JavaScript, a value says which one it is, as in Avro's JSON: `{ "double": 2.5 }`.
 * @throws Error when it is not an Avro schema, or one beyond `limits.ts`
 */
export function compileWriter(schema: AvroSchema): Type {
  const hook = resolvingByBranch(bounded)
  try {
    return compileWith(schema, { wrapUnions: 'auto', typeHook: hook })
  } catch (error) {
    const bare = withoutDefaults(schema)
    if (bare === undefined) throw error
    return compileWith(bare, { wrapUnions: 'auto', typeHook: hook })
  }
}

function compileWith(schema: AvroSchema, how: Pick<avsc.ForSchemaOptions, 'wrapUnions' | 'typeHook'>): Type {
  refuseHugeText(schema)
  // The cast is safe: avsc's type for schemas is mutable and knows no further attributes, but avsc changes nothing and ignores them.
  const type = avsc.Type.forSchema(schema as avsc.Schema, {
    logicalTypes: { 'timestamp-millis': TimestampMillis },
    omitRecordMethods: true,
    ...how,
    // Without a prototype: otherwise avsc would take `constructor` for the name of a known type.
    registry: Object.create(null) as Record<string, Type>,
  })
  const records = recordsOf(type)
  refuseBoundless(records)
  for (const record of records) makePlain(record)
  return type
}

function bounded(part: avsc.Schema, options: avsc.ForSchemaOptions): Type | undefined {
  const { type, logicalType } = typeof part === 'object' ? (part as { type?: unknown; logicalType?: unknown }) : { type: part }
  if (type === 'array') return new BoundedArray(part, options)
  if (type === 'map') return new BoundedMap(part, options)
  const logical = logicalPrimitive(type, logicalType)
  if (logical !== undefined) return logical
  if (type === 'int') return new BoundedInt()
  if (type === 'bytes') return new BoundedBytes()
  if (type === 'string') return new NoDecimalString()
  return type === 'long' && logicalType !== 'timestamp-millis' ? new BoundedLong() : undefined
}

/**
 * The defaults of a writer count for nothing when its records are read, and avsc refuses some that Avro allows: of a union's
 * second branch for example. @returns undefined when there is none
 */
function withoutDefaults(schema: AvroSchema): AvroSchema | undefined {
  let found = false
  const without = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(without)
    if (typeof part !== 'object' || part === null) return part
    const isField = 'default' in part && !('symbols' in part)
    found ||= isField
    return Object.fromEntries(
      Object.entries(part).flatMap(([name, each]) => (isField && name === 'default' ? [] : [[name, without(each)]])),
    )
  }
  const bare = without(schema) as AvroSchema
  return found ? bare : undefined
}

/** avsc creates records with a generated constructor. With the prototype of Object they are plain objects: equal to what was sent, and cloneable. */
function makePlain(record: avsc.types.RecordType): void {
  const constructor = record.recordConstructor as { prototype: object }
  constructor.prototype = Object.prototype
}

/** @throws TypeError for a part that is not a type: avsc accepts `{ "type": "constructor" }` */
function recordsOf(type: Type, found = new Set<avsc.types.RecordType>()): Set<avsc.types.RecordType> {
  if (!avsc.Type.isType(type)) throw new TypeError(`there is no type ${JSON.stringify(type)}`)
  if (type instanceof avsc.types.RecordType) {
    if (found.has(type)) return found
    found.add(type)
    for (const field of type.fields) recordsOf(field.type, found)
  }
  if (type instanceof avsc.types.ArrayType) recordsOf(type.itemsType, found)
  if (type instanceof avsc.types.MapType) recordsOf(type.valuesType as Type, found)
  if (isUnion(type)) for (const branch of type.types) recordsOf(branch, found)
  return found
}
