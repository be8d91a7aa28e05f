import type { AvroSchema, MessageDescriptor } from '@petrel/messaging'

interface Node {
  readonly type: AvroSchema
  readonly fields?: readonly { readonly name: string; readonly type: AvroSchema }[]
  readonly symbols?: readonly string[]
  readonly items?: AvroSchema
  readonly values?: AvroSchema
  readonly logicalType?: string
  readonly default?: unknown
}

const primitives: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'true',
  int: '1',
  long: '1',
  float: '0.5',
  double: '0.5',
  bytes: "Buffer.from('bytes')",
}

/** A message with a value in every field, as TypeScript: `OrderBilled({ orderId: 'order-1', … })`. */
export const exampleMessage = (name: string, { schema }: Pick<MessageDescriptor, 'schema'>): string =>
  `${name}(${exampleOf(schema, '', new Map())})`

/** The value of a text field is made of its name: what a test expects is found by eye. */
export const exampleText = (field: string): string => `${field.replace(/Id$/, '')}-1`

/** @param named types that were defined further up, and are only named from then on */
function exampleOf(type: AvroSchema, field: string, named: Map<string, Node>): string {
  if (typeof type === 'string')
    return named.has(type) ? nodeExample(named.get(type) as Node, field, named) : (primitives[type] ?? text(field))
  if (Array.isArray(type)) return exampleOf((type as AvroSchema[])[0] ?? 'null', field, named)
  const node = type as Node & { readonly name?: string; readonly namespace?: string }
  if (node.name !== undefined) named.set(node.name, node)
  return nodeExample(node, field, named)
}

function nodeExample(
  { type, fields, symbols, items, values, logicalType, default: byDefault }: Node,
  field: string,
  named: Map<string, Node>,
): string {
  if (fields !== undefined) return `{ ${fields.map(({ name, type }) => `${name}: ${exampleOf(type, name, named)}`).join(', ')} }`
  if (symbols !== undefined) return quoted(typeof byDefault === 'string' ? byDefault : (symbols[0] ?? ''))
  if (items !== undefined) return `[${exampleOf(items, field, named)}]`
  if (values !== undefined) return '{}'
  if (logicalType === 'timestamp-millis') return "new Date('2026-03-01T10:00:00Z')"
  return exampleOf(type, field, named)
}

const text = (field: string) => quoted(exampleText(field))
const quoted = (value: string) => `'${value}'`
