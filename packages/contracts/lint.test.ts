import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type AvroType, readSchemas, type SchemaFile } from './avro.ts'
import { contract, timestamp } from './example.ts'
import { lint } from './lint.ts'

const field = (type: AvroType, more: object = {}) => [{ name: 'it', doc: 'It.', type, ...more }]
const named = (name: string, type: AvroType, more: object = {}) => [{ name, doc: 'It.', type, ...more }]
const shade = { type: 'enum', name: 'Shade', doc: 'A shade.', symbols: ['RED', 'OTHER'], default: 'OTHER' }
const line = { type: 'record', name: 'Line', doc: 'A line.', fields: [{ name: 'sku', doc: 'Which.', type: 'string' }] }
const { default: _, ...shadeWithoutDefault } = shade

const faults: [string, SchemaFile, string, RegExp][] = [
  ['a message without a doc', contract([], { doc: ' ' }), '', /ProductCounted needs a doc/],
  ['a field without a doc', contract([{ name: 'it', type: 'int' }]), 'it', /it needs a doc/],
  ['an enum without a doc', contract(field({ ...shade, doc: '' })), 'it', /Shade needs a doc/],
  ['a line without a doc', contract(field({ type: 'array', items: { ...line, doc: '' } })), 'it', /Line needs a doc/],
  [
    "a line's field without a doc",
    contract(field({ type: 'array', items: { ...line, fields: [{ name: 'sku', type: 'string' }] } })),
    'it.sku',
    /sku needs a doc/,
  ],
  ['a message without a key', contract([], { key: undefined }), '', /needs a "key"/],
  ['a key that is no field', contract([], { key: 'orderId' }), '', /"orderId" is none of its fields/],
  ['a key that is a number', contract(field('int'), { key: 'it' }), '', /must be a string/],
  ['a key that may be null', contract(field(['null', 'string'], { default: null }), { key: 'it' }), '', /and not null/],
  ['a message without a kind', contract([], { kind: undefined }), '', /"kind": one of command, event, timeout/],
  ['an unknown kind', contract([], { kind: 'query' }), '', /"kind": one of/],
  [
    'a file in the folder of another owner',
    { ...contract(), file: 'sales/ProductCounted.avsc' },
    '',
    /belongs in stock\/ProductCounted/,
  ],
  ['a file with another name', { ...contract(), file: 'stock/Counted.avsc' }, '', /belongs in stock\/ProductCounted/],
  ['a name in lower case', contract([], { name: 'productCounted' }), '', /PascalCase/],
  ['a name with underscores', contract([], { name: 'Product_Counted' }), '', /PascalCase/],
  ['a union of two types', contract(field(['string', 'int'])), 'it', /only union allowed/],
  ['a union of three types', contract(field(['null', 'string', 'int'], { default: null })), 'it', /only union allowed/],
  ['a union with null at the end', contract(field(['string', 'null'], { default: 'x' })), 'it', /only union allowed/],
  ['a nullable field without a default', contract(field(['null', 'string'])), 'it', /needs "default": null/],
  ['an enum without a default', contract(field(shadeWithoutDefault)), 'it', /Shade needs a "default"/],
  ['money as a fraction', contract(named('unitCents', 'double')), 'unitCents', /must be a long in minor units/],
  ['money as a float', contract(named('amount', 'float')), 'amount', /must be a long/],
  ['money that would overflow', contract(named('totalCents', 'int')), 'totalCents', /must be a long/],
  ['money as text', contract(named('refundAmount', 'string')), 'refundAmount', /must be a long/],
  ['a time as a plain number', contract(named('placedAt', 'long')), 'placedAt', /timestamp-millis/],
  ['a beginning as a plain number', contract(named('since', 'long')), 'since', /timestamp-millis/],
  ['a time as text', contract(named('shippedAt', 'string')), 'shippedAt', /timestamp-millis/],
  [
    'a time in microseconds',
    contract(named('at', { type: 'long', logicalType: 'timestamp-micros' })),
    'at',
    /no logical type but/,
  ],
  ['a name of which nobody says whose', contract(named('name', 'string')), 'name', /sounds like a person: say "pii": true/],
  ['an e-mail address', contract(named('emailAddresses', { type: 'array', items: 'string' })), 'emailAddresses', /sounds like/],
  ['a telephone number', contract(named('homePhone', 'string')), 'homePhone', /sounds like a person/],
  ["a line's address", contract(field({ ...line, fields: named('ship_to_address', 'string') })), 'it.ship_to_address', /sounds/],
  ['perhaps personal', contract(field('string', { pii: 'maybe' })), 'it', /"pii" must be true or false/],
  ['a personal type', contract(field({ type: 'string', pii: true })), 'it', /beside the name of a field/],
  ['a personal message', contract([], { pii: true }), '', /beside the name of a field/],
  [
    'a personal key',
    contract([{ name: 'email', doc: 'Whose.', type: 'string', pii: true }], { key: 'email' }),
    '',
    /key "email" must not be "pii"/,
  ],
  ['what is not Avro', contract(field('strin')), '', /not an Avro schema: .*strin/],
  ['an enum whose default is none of its symbols', contract(field({ ...shade, default: 'BLUE' })), '', /not an Avro schema/],
  ['an enum as a message', { file: 'stock/Shade.avsc', schema: { ...shade, namespace: 'stock' } }, '', /must be a record/],
]

test.for(faults)('%s is found, with file, field and reason', ([, schema, path, message]) => {
  expect(lint([schema])).toContainEqual({ file: schema.file, path, message: expect.stringMatching(message) })
})

const fine: [string, SchemaFile][] = [
  ['nullable text', contract(field(['null', 'string'], { default: null }))],
  ['nullable money', contract([{ name: 'paidCents', doc: 'It.', type: ['null', 'long'], default: null }])],
  ['a nullable time', contract([{ name: 'paidAt', doc: 'It.', type: ['null', timestamp], default: null }])],
  ['a list of lines', contract(field({ type: 'array', items: line }))],
  ['a map', contract(field({ type: 'map', values: 'int' }))],
  ['an enum with a default', contract(field(shade))],
  ['a word that only ends like a time', contract(named('format', 'string'))],
  ['a name that is of a person', contract(named('name', 'string', { pii: true }))],
  ['a name that is of no person', contract(named('name', 'string', { pii: false }))],
  ['a word that has a name in it', contract(named('filename', 'string'))],
  ['personal data by any name', contract(field('string', { pii: true }))],
  ['the same line twice', contract([...field({ type: 'array', items: line }), { name: 'more', doc: 'More.', type: 'Line' }])],
]

test.for(fine)('%s is fine', ([, schema]) => {
  expect(lint([schema])).toEqual([])
})

const inStock = (name: string, line: object, namespace = 'stock') =>
  contract(field({ type: 'array', items: line } as AvroType), { name, namespace })

test('one name for two shapes is found within an owner, and taken from two', () => {
  const longer = { ...line, fields: [...line.fields, { name: 'quantity', doc: 'How many.', type: 'int' }] }
  const worded = { ...line, doc: 'The same in other words.' }
  expect(lint([inStock('ProductCounted', line), inStock('ProductLost', worded)])).toEqual([])
  expect(lint([inStock('ProductCounted', line), inStock('ProductSold', longer, 'sales')])).toEqual([])
  expect(lint([inStock('ProductCounted', line), inStock('ProductLost', longer)])).toEqual([
    {
      file: 'stock/ProductLost.avsc',
      path: 'it',
      message: expect.stringMatching(/stock.Line is defined differently in stock\/ProductCounted/),
    },
  ])
})

test('the contracts of this repository keep the rules', () => {
  const schemas = readSchemas(join(import.meta.dirname, '../../schemas'))
  expect(schemas.length).toBeGreaterThan(20)
  expect(lint(schemas)).toEqual([])
})
