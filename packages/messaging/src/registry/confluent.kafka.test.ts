import { randomUUID } from 'node:crypto'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { afterAll, expect, inject, test } from 'vitest'
import { avroCodec } from '../codec/codec.ts'
import type { AvroSchema, MessageDescriptor } from '../definition/message.ts'
import { registryConformance } from './conformance.ts'
import { confluentRegistry } from './confluent.ts'

const url = inject('stack').registryUrl
const prefix = `registry-test-${randomUUID()}`
let subjects = 0
const newSubject = () => `${prefix}-${(subjects += 1)}-value`

afterAll(async () => {
  const all = (await (await fetch(`${url}/subjects`)).json()) as string[]
  const ours = all.filter((subject) => subject.startsWith(prefix))
  await Promise.all(ours.map((subject) => fetch(`${url}/subjects/${subject}`, { method: 'DELETE' })))
})

registryConformance(() => confluentRegistry({ url }), newSubject)

const schema = {
  type: 'record',
  namespace: 'stock',
  name: 'ProductCounted',
  kind: 'event',
  key: 'sku',
  fields: [
    { name: 'sku', type: 'string' },
    { name: 'pieces', type: 'long' },
  ],
} as const satisfies AvroSchema
const type: MessageDescriptor = {
  kind: 'event',
  fullName: 'stock.ProductCounted',
  owner: 'stock',
  topic: 'stock.product-counted',
  key: 'sku',
  schema,
}
const counted = { sku: 'tea', pieces: 12 }

test('a registry client of others reads what we write, and we read what it writes', async () => {
  const registry = confluentRegistry({ url })
  const id = await registry.register(newSubject(), schema)
  const codec = avroCodec({ registry })
  const others = new SchemaRegistry({ host: url })

  expect({ ...(await others.decode(codec.encode(type, id, counted))) }).toEqual(counted)

  const theirs = await others.encode(id, counted)
  await codec.prepare([theirs])
  expect(codec.decode(theirs, type)).toStrictEqual(counted)
})

test('a schema that a client of others registered is found', async () => {
  const subject = newSubject()
  const others = new SchemaRegistry({ host: url })
  const { id } = await others.register(
    { type: 'AVRO' as never, schema: JSON.stringify(schema) },
    { subject, compatibility: 'FULL_TRANSITIVE' as never },
  )
  expect(await confluentRegistry({ url }).idOf(subject, schema)).toBe(id)
})
