/** The name of a type (https://avro.apache.org/docs/1.12.0/specification/#names). */
export interface AvroName {
  /** Without its namespace. */
  readonly name: string
  /** Also that in which names within the type are meant; empty for none. */
  readonly namespace: string
  readonly fullName: string
}

/** @param around the namespace that the definition stands in */
export function avroNameOf(definition: { readonly name?: unknown; readonly namespace?: unknown }, around: string): AvroName {
  const given = String(definition.name)
  const dot = given.lastIndexOf('.')
  if (dot >= 0) return { name: given.slice(dot + 1), namespace: given.slice(0, dot), fullName: given }
  const namespace = typeof definition.namespace === 'string' ? definition.namespace : around
  return { name: given, namespace, fullName: fullAvroName(given, namespace) }
}

/** A name with dots has its namespace in it. */
export const fullAvroName = (name: string, namespace: string): string =>
  name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
