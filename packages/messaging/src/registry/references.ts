import { avroNameOf, fullAvroName } from '../avro/names.ts'
import type { AvroSchema } from '../definition/message.ts'

/**
 * A schema that uses named types of others (https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#schema-references),
 * as one that stands alone: each of those types is where it is used first.
 * @param referenced the other schemas, in any order, and those that they use
 */
export function standingAlone(schema: AvroSchema, referenced: readonly AvroSchema[]): AvroSchema {
  const elsewhere = new Map<string, Named>()
  for (const each of referenced) for (const named of namedTypesIn(each)) elsewhere.set(named.fullName, named)
  const defined = new Set<string>()

  const resolved = (part: unknown, namespace: string): unknown => {
    if (Array.isArray(part)) return part.map((each) => resolved(each, namespace))
    if (typeof part === 'string') return ofName(part, namespace)
    if (!isObject(part)) return part
    const own = named(part, namespace)
    if (own === undefined) return withParts(part, (each) => resolved(each, namespace))
    // An earlier use has brought it already.
    if (defined.has(own.fullName) && elsewhere.has(own.fullName)) return own.fullName
    defined.add(own.fullName)
    return withParts({ ...part, namespace: own.namespace }, (each) => resolved(each, own.namespace))
  }
  const ofName = (name: string, namespace: string) => {
    const fullName = fullAvroName(name, namespace)
    const found = elsewhere.get(fullName) ?? elsewhere.get(name)
    if (found === undefined) return name
    return defined.has(found.fullName) ? found.fullName : resolved(found.definition, found.namespace)
  }
  return resolved(schema, '') as AvroSchema
}

type Definition = Readonly<Record<string, unknown>>

interface Named {
  readonly fullName: string
  readonly definition: Definition
  /** In which names within it are meant. */
  readonly namespace: string
}

function namedTypesIn(schema: unknown, namespace = ''): Named[] {
  if (Array.isArray(schema)) return schema.flatMap((each) => namedTypesIn(each, namespace))
  if (!isObject(schema)) return []
  const own = named(schema, namespace)
  const parts = partsOf(schema).flatMap((part) => namedTypesIn(part, own?.namespace ?? namespace))
  return own === undefined ? parts : [own, ...parts]
}

const namedKinds = new Set<unknown>(['record', 'error', 'enum', 'fixed'])

function named(definition: Definition, around: string): Named | undefined {
  if (!namedKinds.has(definition['type'])) return undefined
  const { fullName, namespace } = avroNameOf(definition, around)
  return { fullName, definition, namespace }
}

/** The types in a schema, and nothing else of it: a default may look like one. */
function partsOf({ type, fields, items, values }: Definition): unknown[] {
  const ofFields = Array.isArray(fields)
    ? (fields as unknown[]).map((field) => (isObject(field) ? field['type'] : undefined))
    : []
  return [namedKinds.has(type) ? undefined : type, items, values, ...ofFields]
}

function withParts(definition: Definition, resolve: (part: unknown) => unknown): Definition {
  const { type, fields, items, values } = definition
  return {
    ...definition,
    ...(!namedKinds.has(type) && { type: resolve(type) }),
    ...(items !== undefined && { items: resolve(items) }),
    ...(values !== undefined && { values: resolve(values) }),
    ...(Array.isArray(fields) && {
      fields: (fields as unknown[]).map((field) => (isObject(field) ? { ...field, type: resolve(field['type']) } : field)),
    }),
  }
}

const isObject = (part: unknown): part is Definition => typeof part === 'object' && part !== null && !Array.isArray(part)
