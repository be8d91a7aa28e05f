import type { Value } from './valuesFile.ts'

/** As much of a JSON schema as is read here. */
export interface Schema {
  description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly [key: string]: unknown
}

/**
 * Writes into a schema what values.yaml says of each value, so that editors and people read the same.
 * @throws Error naming values without a place in the schema, and those that nobody has described
 */
export function describeSchema(schema: Schema, values: readonly Value[]): Schema {
  const described = structuredClone(schema)
  const unknown = values.filter(({ path, description }) => !describe(described, path, description))
  const silent = values.filter(({ description }) => description === '')
  if (unknown.length > 0) throw new Error(`values.schema.json does not know: ${names(unknown)}. Add them to it.`)
  if (silent.length > 0) throw new Error(`values.yaml does not say what these are: ${names(silent)}. Write a comment above each.`)
  return described
}

function describe(schema: Schema, path: readonly string[], description: string): boolean {
  const place = path.reduce<Schema | undefined>((within, name) => within && propertiesOf(schema, within)?.[name], schema)
  if (place === undefined) return false
  // What many values share is described where it is shared.
  if (!isShared(schema, place)) place.description = description
  return true
}

const propertiesOf = (root: Schema, schema: Schema): Schema['properties'] => referred(root, schema).properties

/** Follows `#/$defs/name`. */
function referred(root: Schema, schema: Schema): Schema {
  const name = typeof schema['$ref'] === 'string' ? /^#\/\$defs\/(\w+)$/.exec(schema['$ref'])?.[1] : undefined
  return name === undefined ? schema : ((root['$defs'] as Readonly<Record<string, Schema>>)[name] ?? schema)
}

function isShared(root: Schema, place: Schema): boolean {
  const definitions = Object.values((root['$defs'] ?? {}) as Readonly<Record<string, Schema>>)
  return definitions.some(({ properties = {} }) => Object.values(properties).includes(place))
}

const names = (values: readonly Value[]) => values.map(({ path }) => path.join('.')).join(', ')
