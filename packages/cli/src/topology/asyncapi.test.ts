import { join } from 'node:path'
import { readFile } from 'node:fs/promises'
import { AvroSchemaParser } from '@asyncapi/avro-schema-parser'
import { Parser } from '@asyncapi/parser'
import { expect, test } from 'vitest'
import { asyncapi } from './asyncapi.ts'
import { smallShop } from './testing/smallShop.ts'

/** Reads a document with the reference parser, Avro included. Its only remark may be that there is a newer 3.x. */
async function read(text: string) {
  const parser = new Parser()
  parser.registerSchemaParser(AvroSchemaParser())
  const { document, diagnostics } = await parser.parse(text)
  expect(diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version')).toEqual([])
  if (document === undefined) throw new Error('The document could not be read.')
  return document
}

const info = { title: 'small', version: '1.0.0', description: 'A small shop.' }

test('the AsyncAPI document has a channel for each message, with its key, headers and Avro schema', async () => {
  const document = await read(JSON.stringify(asyncapi(smallShop, info)))
  expect(
    document
      .channels()
      .all()
      .map((channel) => channel.address()),
  ).toEqual(['billing.refund-order', 'sales.order-placed', 'sales.place-order', 'sales.price-order'])
  const channel = document.channels().get('sales.order-placed')
  expect(channel?.bindings().get('kafka')?.value()).toMatchObject({ topic: 'sales.order-placed', partitions: 3 })
  const message = channel?.messages().get('OrderPlaced')
  expect(Object.keys(message?.payload()?.properties() ?? {})).toEqual(['orderId', 'totalCents'])
  expect(message?.headers()?.required()).toContain('ce_source')
  expect(message?.bindings().get('kafka')?.value()).toMatchObject({ schemaIdLocation: 'payload' })
})

test('it has an operation for each endpoint that sends or hears a message, with the group that reads', async () => {
  const document = await read(JSON.stringify(asyncapi(smallShop, info)))
  expect(
    document
      .operations()
      .all()
      .map((operation) => operation.id()),
  ).toEqual([
    'sales.receive.sales.place-order',
    'sales.receive.sales.price-order',
    'sales.send.sales.order-placed',
    'sales.send.sales.price-order',
    'billing.receive.sales.order-placed',
    'billing.receive.billing.refund-order',
    'web-page.receive.sales.order-placed',
    'web-page.send.sales.place-order',
    'web-page.send.billing.refund-order',
  ])
  const hears = document.operations().get('web-page.receive.sales.order-placed')
  expect(hears?.bindings().get('kafka')?.value()).toMatchObject({ groupId: { enum: ['web-page'] } })
  expect(hears?.json().title).toBe('web-page hears sales.OrderPlaced')
})

test("the shop's own document is one that the reference parser reads without a remark", async () => {
  const text = await readFile(join(import.meta.dirname, '../../../../docs/asyncapi.json'), 'utf8')
  expect((await read(text)).info().title()).toBe('petrel')
})
