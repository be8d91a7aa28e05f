import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The part of Avro that contracts are written in (https://avro.apache.org/docs/1.12.0/specification/). */
export type AvroType = string | AvroNode | readonly AvroType[]

/** A schema written as an object: a record, an enum, an array, a map, or a type with attributes. */
export interface AvroNode {
  readonly type: AvroType
  readonly name?: string
  readonly namespace?: string
  readonly doc?: string
  readonly fields?: readonly AvroField[]
  readonly symbols?: readonly string[]
  readonly default?: unknown
  readonly items?: AvroType
  readonly values?: AvroType
  readonly logicalType?: string
  /** Petrel's own attributes, on the outermost record: what kind of message it is, and which field is the record key. */
  readonly kind?: string
  readonly key?: string
  readonly [attribute: string]: unknown
}

export interface AvroField {
  readonly name: string
  readonly type: AvroType
  readonly doc?: string
  readonly default?: unknown
  /** Petrel's own attribute: whether the field says something about a person. The console hides such fields, and erases by them. */
  readonly pii?: unknown
}

/** One message's contract. */
export interface SchemaFile {
  /** Below `schemas/`, with slashes: `sales/OrderPlaced.avsc`. */
  readonly file: string
  readonly schema: AvroNode
}

/** Reads every contract below a folder, in the order of their names. @throws Error when a file is not a JSON object. */
export function readSchemas(folder: string): SchemaFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.avsc'))
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted()
    .map((file) => ({ file, schema: parseSchema(file, readFileSync(join(folder, file), 'utf8')) }))
}

/** @throws Error when the text is not a JSON object. */
export function parseSchema(file: string, text: string): AvroNode {
  try {
    const schema: unknown = JSON.parse(text)
    if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) return schema as AvroNode
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`, { cause: error })
  }
  throw new Error(`${file} has no Avro record: write { "type": "record", … }.`)
}

export const isNode = (type: AvroType): type is AvroNode => typeof type === 'object' && !Array.isArray(type)
export const isUnion = (type: AvroType): type is readonly AvroType[] => Array.isArray(type)
export const isRecord = (type: AvroType): type is AvroNode & { fields: readonly AvroField[]; name: string } =>
  isNode(type) && type.type === 'record'
export const isEnum = (type: AvroType): type is AvroNode & { symbols: readonly string[]; name: string } =>
  isNode(type) && type.type === 'enum'

/** A place in a schema: the type there, and the names of the fields that lead to it. */
export interface Place {
  readonly path: readonly string[]
  readonly type: AvroType
  /** The field whose whole type this is. */
  readonly field?: AvroField
}

/** Every type in a schema, outermost first. */
export function* places(type: AvroType, path: readonly string[] = [], field?: AvroField): Generator<Place> {
  yield field === undefined ? { path, type } : { path, type, field }
  if (isUnion(type)) for (const branch of type) yield* places(branch, path)
  if (!isNode(type)) return
  if (typeof type.type === 'object') yield* places(type.type, path)
  for (const field of type.fields ?? []) yield* places(field.type, [...path, field.name], field)
  if (type.items !== undefined) yield* places(type.items, path)
  if (type.values !== undefined) yield* places(type.values, path)
}

/** What two definitions of one name must have in common: everything but the words for people. */
export const shapeOf = (type: AvroType): string =>
  JSON.stringify(type, (attribute, value: unknown) => (attribute === 'doc' || attribute === 'namespace' ? undefined : value))
