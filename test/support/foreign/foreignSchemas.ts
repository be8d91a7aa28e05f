import type { AvroSchema, MessageDescriptor } from '@petrel/messaging'
import { fetchOk, jsonBody } from '../http.ts'
import type { TestSystem } from '../stack.ts'
import { below, randomBytes } from './material.ts'

/** Schemas that the registry knows, and nobody in the shop. */
export interface ForeignSchemas {
  /** A value of each. */
  values(type: MessageDescriptor, random: () => number): Buffer[]
}

/** Registers them under subjects of their own. */
export async function registerForeignSchemas(
  { addresses, prefix }: Pick<TestSystem, 'addresses' | 'prefix'>,
  types: readonly MessageDescriptor[],
): Promise<ForeignSchemas> {
  const register = async (subject: string, schema: AvroSchema | object, schemaType = 'AVRO') => {
    const url = `${addresses.registryUrl}/subjects/${encodeURIComponent(prefix + subject)}/versions`
    const answer = await fetchOk(url, jsonBody('POST', { schema: JSON.stringify(schema), schemaType }))
    return ((await answer.json()) as { id: number }).id
  }
  const parcel = await register('elsewhere.parcel-value', record('elsewhere', 'Parcel', { weight: 'long', label: 'string' }))
  const text = await register('elsewhere.text-value', { type: 'string' })
  const nothings = await register('elsewhere.nothings-value', record('elsewhere', 'Nothings', { items: arrayOf('null') }))
  const nested = await register('elsewhere.nested-value', record('elsewhere', 'Nested', { next: ['null', 'elsewhere.Nested'] }))
  const json = await register(
    'elsewhere.json-value',
    { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' },
    'JSON',
  )
  const namesakes = new Map<string, number>()
  for (const { fullName } of new Set(types)) {
    const [owner = '', name = ''] = fullName.split('.')
    namesakes.set(fullName, await register(`elsewhere.${fullName}-value`, record(owner, name, { orderId: 'long' })))
  }
  return {
    values: ({ fullName }, random) => [
      value(parcel, [8, 10, ...Buffer.from('fruit')]),
      value(text, [10, ...Buffer.from('fruit')]),
      // An array of that many nulls takes no bytes at all.
      value(nothings, [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0]),
      value(nested, Buffer.alloc(1_000 + below(random, 200_000), 2)),
      value(json, Buffer.from('{}')),
      value(namesakes.get(fullName) ?? 0, randomBytes(random, 8)),
    ],
  }
}

function record(namespace: string, name: string, fields: Readonly<Record<string, unknown>>): AvroSchema {
  return { type: 'record', namespace, name, fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })) }
}

const arrayOf = (items: string) => ({ type: 'array', items })

function value(schemaId: number, body: Iterable<number>): Buffer {
  const head = Buffer.alloc(5)
  head.writeInt32BE(schemaId, 1)
  return Buffer.concat([head, Buffer.from([...body])])
}
