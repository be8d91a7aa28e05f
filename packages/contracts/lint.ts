import { looksPersonal } from '@petrel/messaging/personal'
import avsc from 'avsc'
import { type AvroType, isEnum, isNode, isRecord, isUnion, type Place, places, type SchemaFile, shapeOf } from './avro.ts'
import type { Finding } from './findings.ts'

/** What is wrong at one place of a schema. */
type PlaceRule = (place: Place) => string[]
/** What is wrong with a message as a whole. */
type MessageRule = (file: SchemaFile) => string[]

/** Everything in which contracts depart from Petrel's rules; an empty list when they are fine. */
export function lint(schemas: readonly SchemaFile[]): Finding[] {
  return [...schemas.flatMap(lintOne), ...differentShapes(schemas)]
}

function lintOne(schema: SchemaFile): Finding[] {
  const { file } = schema
  const broken = isAvro(schema).map((message) => ({ file, path: '', message }))
  if (broken.length > 0) return broken
  const whole = messageRules.flatMap((rule) => rule(schema)).map((message) => ({ file, path: '', message }))
  const parts = [...places(schema.schema)].flatMap((place) =>
    placeRules.flatMap((rule) => rule(place)).map((message) => ({ file, path: place.path.join('.'), message })),
  )
  return [...whole, ...parts]
}

const isAvro: MessageRule = ({ schema }) => {
  try {
    avsc.Type.forSchema(schema as avsc.Schema)
    return schema.type === 'record' ? [] : ['must be a record']
  } catch (error) {
    return [`is not an Avro schema: ${(error as Error).message}`]
  }
}

const kinds = ['command', 'event', 'timeout']

const hasKind: MessageRule = ({ schema }) =>
  kinds.includes(schema.kind ?? '') ? [] : [`needs a "kind": one of ${kinds.join(', ')}`]

const hasKey: MessageRule = ({ schema }) => {
  const field = schema.fields?.find(({ name }) => name === schema.key)
  if (schema.key === undefined) return ['needs a "key": the field that becomes the record key']
  if (field === undefined) return [`its key "${schema.key}" is none of its fields`]
  return field.type === 'string' ? [] : [`its key "${schema.key}" must be a string, and not null`]
}

/** A key is in logs and on every page, and a compacted topic keeps it for as long as there is a topic. */
const keyIsNobody: MessageRule = ({ schema }) =>
  schema.fields?.find(({ name }) => name === schema.key)?.pii === true
    ? [`its key "${schema.key}" must not be "pii": take a field that says nothing about a person, an id for example`]
    : []

const isInItsFile: MessageRule = ({ file, schema }) => {
  const expected = `${schema.namespace}/${schema.name}.avsc`
  return file === expected ? [] : [`${schema.namespace}.${schema.name} belongs in ${expected}`]
}

const isPascalCase: MessageRule = ({ schema }) =>
  /^(?:[A-Z][a-z0-9]+)+$/.test(schema.name ?? '') ? [] : [`"${schema.name}" must be words in PascalCase, as OrderPlaced`]

const messageRules = [hasKind, hasKey, keyIsNobody, isInItsFile, isPascalCase]

const hasDoc: PlaceRule = ({ type, field, path }) => [
  ...((isRecord(type) || isEnum(type)) && isBlank(type.doc) ? [`${type.name} needs a doc`] : []),
  ...(field !== undefined && isBlank(field.doc) ? [`${path.at(-1)} needs a doc`] : []),
]

const isBlank = (doc: unknown): boolean => typeof doc !== 'string' || doc.trim() === ''

const isNullableOnly: PlaceRule = ({ type, field }) => {
  if (!isUnion(type)) return []
  if (type.length !== 2 || type[0] !== 'null' || type[1] === 'null') return ['the only union allowed is ["null", T]']
  return field !== undefined && field.default !== null ? ['a field that may be null needs "default": null'] : []
}

const enumHasDefault: PlaceRule = ({ type }) =>
  isEnum(type) && !type.symbols.includes(String(type.default))
    ? [`${type.name} needs a "default" among its symbols: what a reader sees that does not know a newer one`]
    : []

const moneyIsLong: PlaceRule = ({ field, type }) => {
  if (field === undefined || !/(?:cents|amount)$/i.test(field.name)) return []
  return bare(type) === 'long' ? [] : ['money must be a long in minor units']
}

const timeIsTimestamp: PlaceRule = ({ field, type }) => {
  if (field === undefined || !/(?:[a-z]At|[sS]ince|[uU]ntil)$/.test(field.name)) return []
  const time = notNull(type)
  const isTimestamp = isNode(time) && time.type === 'long' && time.logicalType === 'timestamp-millis'
  return isTimestamp ? [] : ['a time must be { "type": "long", "logicalType": "timestamp-millis" }']
}

const isReadableEverywhere: PlaceRule = ({ type }) => {
  if (!isNode(type)) return []
  if (type.logicalType !== undefined && type.logicalType !== 'timestamp-millis')
    return [`the generator knows no logical type but timestamp-millis, and this is ${type.logicalType}`]
  return type.type === 'fixed' ? ['use bytes: the generator knows no fixed'] : []
}

const saysWhetherPersonal: PlaceRule = ({ type, field }) => [
  ...(isNode(type) && 'pii' in type
    ? ['"pii" belongs beside the name of a field, and not into a type: readers look for it there']
    : []),
  ...(field?.pii !== undefined && typeof field.pii !== 'boolean' ? ['"pii" must be true or false'] : []),
  ...(field !== undefined && field.pii === undefined && looksPersonal(field.name)
    ? ['sounds like a person: say "pii": true when it is about one, and "pii": false when it is not']
    : []),
]

const placeRules = [
  hasDoc,
  isNullableOnly,
  enumHasDefault,
  moneyIsLong,
  timeIsTimestamp,
  isReadableEverywhere,
  saysWhetherPersonal,
]

/** The type of a nullable field without its null. */
const notNull = (type: AvroType): AvroType => (isUnion(type) ? (type.find((branch) => branch !== 'null') ?? type) : type)
const bare = (type: AvroType): AvroType => {
  const inner = notNull(type)
  return isNode(inner) && inner.logicalType === undefined && typeof inner.type === 'string' ? inner.type : inner
}

/** One name in one owner's schemas means one thing: TypeScript gets one interface for it. */
function differentShapes(schemas: readonly SchemaFile[]): Finding[] {
  const first = new Map<string, { file: string; shape: string }>()
  return schemas.flatMap(({ file, schema }) =>
    [...places(schema)].flatMap(({ path, type }) => {
      if (!isRecord(type) && !isEnum(type)) return []
      const fullName = `${schema.namespace}.${type.name}`
      const known = first.get(fullName) ?? { file, shape: shapeOf(type) }
      first.set(fullName, known)
      if (known.shape === shapeOf(type)) return []
      return [{ file, path: path.join('.'), message: `${fullName} is defined differently in ${known.file}; choose another name` }]
    }),
  )
}
