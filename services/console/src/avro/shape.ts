import type { AvroSchema } from '@petrel/messaging'
import { avroNameOf, fullAvroName } from '@petrel/messaging/operations'

/** A schema as a graph: names are followed, so that whoever walks it needs none. A record may contain itself. */
export type Shape =
  | { readonly kind: 'primitive'; readonly name: string; readonly logicalType: string | undefined }
  | { readonly kind: 'enum'; readonly name: string; readonly symbols: readonly string[] }
  | { readonly kind: 'fixed'; readonly name: string; readonly size: number }
  | { readonly kind: 'array'; readonly items: Shape }
  | { readonly kind: 'map'; readonly values: Shape }
  | { readonly kind: 'union'; readonly branches: readonly Shape[] }
  | RecordShape

export interface RecordShape {
  readonly kind: 'record'
  /** Without its namespace. */
  readonly name: string
  readonly fields: readonly FieldShape[]
}

export interface FieldShape {
  readonly name: string
  readonly shape: Shape
  /** Undefined when the schema does not say. */
  readonly pii: boolean | undefined
  /** In Avro's own JSON; only where `hasDefault`. */
  readonly default: unknown
  readonly hasDefault: boolean
}

type Attributes = Readonly<Record<string, unknown>>

/** Reads a schema that is valid, as those are with which a record was decoded. It is done once for each. @throws Error */
export function shapeOf(schema: AvroSchema): Shape {
  const key = typeof schema === 'string' ? undefined : schema
  const known = key === undefined ? undefined : shapes.get(key)
  if (known !== undefined) return known
  const shape = read(schema, '', new Map())
  if (key !== undefined) shapes.set(key, shape)
  return shape
}

const shapes = new WeakMap<object, Shape>()

/** @param space the namespace around it @param named what was defined before, by full name */
function read(type: unknown, space: string, named: Map<string, Shape>): Shape {
  if (typeof type === 'string') return named.get(fullAvroName(type, space)) ?? named.get(type) ?? primitive(type)
  if (Array.isArray(type)) return { kind: 'union', branches: type.map((branch) => read(branch, space, named)) }
  const node = type as Attributes
  if (node['type'] === 'array') return { kind: 'array', items: read(node['items'], space, named) }
  if (node['type'] === 'map') return { kind: 'map', values: read(node['values'], space, named) }
  if (typeof node['type'] !== 'string') return read(node['type'], space, named)
  if (node['type'] === 'record' || node['type'] === 'error') return record(node, space, named)
  if (node['type'] === 'enum' || node['type'] === 'fixed') return leaf(node, space, named)
  const { logicalType } = node
  return primitives.has(node['type'])
    ? { kind: 'primitive', name: node['type'], logicalType: typeof logicalType === 'string' ? logicalType : undefined }
    : read(node['type'], space, named)
}

function record(node: Attributes, around: string, named: Map<string, Shape>): Shape {
  const { name, namespace, fullName } = avroNameOf(node, around)
  const fields: FieldShape[] = []
  const shape: RecordShape = { kind: 'record', name, fields }
  // Before its fields: one of them may be of this type.
  named.set(fullName, shape)
  for (const field of node['fields'] as readonly Attributes[])
    fields.push({
      name: String(field['name']),
      shape: read(field['type'], namespace, named),
      pii: typeof field['pii'] === 'boolean' ? field['pii'] : undefined,
      default: field['default'],
      hasDefault: 'default' in field,
    })
  return shape
}

function leaf(node: Attributes, around: string, named: Map<string, Shape>): Shape {
  const { name, fullName } = avroNameOf(node, around)
  const shape: Shape =
    node['type'] === 'enum'
      ? { kind: 'enum', name, symbols: (node['symbols'] as readonly unknown[]).map(String) }
      : { kind: 'fixed', name, size: Number(node['size']) }
  named.set(fullName, shape)
  return shape
}

const primitives = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])

function primitive(name: string): Shape {
  if (primitives.has(name)) return { kind: 'primitive', name, logicalType: undefined }
  throw new Error(`The schema has no type ${name}.`)
}
