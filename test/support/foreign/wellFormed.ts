import type { AvroSchema, MessageDescriptor } from '@petrel/messaging'
import { confluentRegistry } from '@petrel/messaging/operations'
import { avroCodec } from '../../../packages/messaging/src/codec/codec.ts'
import type { TestSystem } from '../stack.ts'

/** Begins every key, order id and conversation of theirs. */
export const foreignPrefix = 'foreign-'

/** A message as Petrel would write it, about an order and a product that no test has. */
export interface WellFormed {
  readonly type: MessageDescriptor
  readonly key: string
  readonly value: Buffer
}

/** @param change what a field of text says instead */
export type WriteWellFormed = (type: MessageDescriptor, number: number, change?: TextChange) => Promise<WellFormed>
type TextChange = (field: string, text: string) => string

/** Writes messages of the shop's types with the schemas that are registered for them. */
export function wellFormedWriter({ addresses, prefix }: Pick<TestSystem, 'addresses' | 'prefix'>): WriteWellFormed {
  const registry = confluentRegistry({ url: addresses.registryUrl })
  const codec = avroCodec({ registry })
  const ids = new Map<string, Promise<number | undefined>>()
  return async (type, number, change = (_, text) => text) => {
    const id = ids.get(type.topic) ?? registry.idOf(`${prefix}${type.topic}-value`, type.schema)
    ids.set(type.topic, id)
    const schemaId = await id
    if (schemaId === undefined) throw new Error(`${type.fullName} is not registered`)
    const data = example(type.schema, '', (field) => change(field, textOf(field, number)), new Map()) as Record<string, string>
    return { type, key: data[type.key] ?? '', value: codec.encode(type, schemaId, data) }
  }
}

const texts: Readonly<Record<string, string>> = { sku: 'foreign-tea', currency: 'EUR', email: 'foreign@example.org' }
const textOf = (field: string, number: number) => texts[field] ?? `${foreignPrefix}${number}`

type Node = Readonly<Record<string, unknown>> & { readonly type: AvroSchema }
interface Field {
  readonly name: string
  readonly type: AvroSchema
}

/** The least that fits a schema. */
function example(schema: AvroSchema, field: string, text: (field: string) => string, named: Map<string, AvroSchema>): unknown {
  if (Array.isArray(schema)) return schema.includes('null') ? null : example(schema[0] as AvroSchema, field, text, named)
  if (typeof schema === 'string') return primitive(schema, field, text) ?? example(known(named, schema), field, text, named)
  const node = schema as Node
  if (typeof node['name'] === 'string') named.set(node['name'], node)
  if (node['logicalType'] === 'timestamp-millis') return new Date()
  if (node.type === 'enum') return (node['symbols'] as string[])[0]
  if (node.type === 'array') return [example(node['items'] as AvroSchema, field, text, named)]
  if (node.type !== 'record') return example(node.type, field, text, named)
  const fields = node['fields'] as Field[]
  return Object.fromEntries(fields.map(({ name, type }) => [name, example(type, name, text, named)]))
}

function primitive(type: string, field: string, text: (field: string) => string): unknown {
  if (type === 'string') return text(field)
  if (type === 'boolean') return true
  return ['int', 'long', 'float', 'double'].includes(type) ? 2 : undefined
}

function known(named: ReadonlyMap<string, AvroSchema>, name: string): AvroSchema {
  const schema = named.get(name) ?? named.get(name.slice(name.lastIndexOf('.') + 1))
  if (schema === undefined) throw new Error(`No schema is named ${name}`)
  return schema
}
