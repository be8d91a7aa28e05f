import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { afterAll, expect, inject, onTestFinished, test } from 'vitest'
import { compileWriter } from '../avro/compile.ts'
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

/** As others do it. @returns its id */
const register = async (subject: string, registered: object, references: readonly object[] = []) => {
  const body = JSON.stringify({ schema: JSON.stringify(registered), schemaType: 'AVRO', references })
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
  const answer = await fetch(`${url}/subjects/${subject}/versions`, { method: 'POST', headers, body })
  return ((await answer.json()) as { id: number }).id
}

const record = (name: string, ...fields: (readonly [string, unknown])[]) => ({
  type: 'record',
  name,
  namespace: 'theirs',
  fields: fields.map(([field, its]) => ({ name: field, type: its })),
})

test('a schema that uses types of other subjects, which use others again, is read, and each of those is asked for once', async () => {
  const [money, line, order, refund] = [newSubject(), newSubject(), newSubject(), newSubject()]
  const amount = record('Money', ['cents', 'long'])
  const ofMoney = [{ name: 'theirs.Money', subject: money, version: 1 }]
  await register(money, amount)
  await register(line, record('Line', ['sku', 'string'], ['price', 'theirs.Money']), ofMoney)
  const lines = ['lines', { type: 'array', items: 'theirs.Line' }] as const
  const id = await register(order, record('Order', lines, ['total', 'theirs.Money']), [
    { name: 'theirs.Line', subject: line, version: 1 },
    ...ofMoney,
  ])
  const other = await register(refund, record('Refund', ['amount', 'theirs.Money']), ofMoney)

  const asked: string[] = []
  const counting = createServer((request, response) => {
    asked.push(request.url ?? '')
    void fetch(url + request.url).then(async (answer) => response.writeHead(answer.status).end(await answer.text()))
  })
  await once(counting.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    counting.close().closeAllConnections()
  })
  const { port } = counting.address() as AddressInfo
  const registry = confluentRegistry({ url: `http://127.0.0.1:${port}` })
  const price = { cents: 450 }
  for (const [each, value] of [
    [id, { lines: [{ sku: 'tea', price }], total: price }],
    [other, { amount: price }],
  ] as const) {
    const writer = compileWriter((await registry.schemaOf(each)) ?? 'null')
    const header = Buffer.from([0, 0, 0, 0, 0])
    header.writeInt32BE(each, 1)
    const written = await avroCodec({ registry }).decodeAny(Buffer.concat([header, writer.toBuffer(value)]))
    expect(written.data).toEqual(value)
  }
  expect(asked.filter((path) => path.startsWith('/subjects/')).toSorted()).toEqual(
    [money, line].map((subject) => `/subjects/${subject}/versions/1`).toSorted(),
  )
})
