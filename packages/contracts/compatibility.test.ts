import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AvroField, AvroType, SchemaFile } from './avro.ts'
import { compare, type PastSchema } from './compatibility.ts'
import { contract, timestamp } from './example.ts'

const before = (schema: SchemaFile, revision = 'abc123'): PastSchema => ({ ...schema, revision })
const field = (name: string, type: AvroType, more: object = {}): AvroField => ({ name, doc: 'It.', type, ...more })
const shade = (symbols: string[], fallback: object = { default: 'OTHER' }) =>
  contract([field('shade', { type: 'enum', name: 'Shade', symbols, ...fallback })])
const line = (...fields: AvroField[]) =>
  contract([field('lines', { type: 'array', items: { type: 'record', name: 'Line', fields } })])

const compatible: [string, SchemaFile, SchemaFile][] = [
  ['the same', contract(), contract()],
  ['other words', contract(), contract([], { doc: 'In other words.' })],
  ['a new field with a default', contract(), contract([field('note', 'string', { default: '' })])],
  ['a new nullable field', contract(), contract([field('note', ['null', 'string'], { default: null })])],
  ['a removed field with a default', contract([field('note', 'string', { default: '' })]), contract()],
  ['a new symbol, with a default', shade(['RED', 'OTHER']), shade(['RED', 'BLUE', 'OTHER'])],
  [
    'a new field of a line, with a default',
    line(field('sku', 'string')),
    line(field('sku', 'string'), field('n', 'int', { default: 1 })),
  ],
  ['fields in another order', contract([field('a', 'int'), field('b', 'int')]), contract([field('b', 'int'), field('a', 'int')])],
]

test.for(compatible)('%s can be read by both sides', ([, older, newer]) => {
  expect(compare([newer], [before(older)])).toEqual([])
  expect(compare([older], [before(newer)])).toEqual([])
})

const incompatible: [string, SchemaFile, SchemaFile, RegExp][] = [
  ['a new field without a default', contract(), contract([field('shelf', 'string')]), /cannot be read any more: .*shelf/],
  ['a removed field without a default', contract([field('shelf', 'string')]), contract(), /version before cannot read.*shelf/],
  ['another type', contract([field('n', 'int')]), contract([field('n', 'string')]), /cannot be read any more/],
  [
    'a wider type, which the old version cannot read',
    contract([field('n', 'int')]),
    contract([field('n', 'long')]),
    /version before cannot/,
  ],
  [
    'null where there was none',
    contract([field('n', 'int')]),
    contract([field('n', ['null', 'int'], { default: null })]),
    /before cannot/,
  ],
  ['a new symbol without a default', shade(['RED'], {}), shade(['RED', 'BLUE'], {}), /version before cannot read/],
  [
    'a new field of a line',
    line(field('sku', 'string')),
    line(field('sku', 'string'), field('n', 'int')),
    /cannot be read any more/,
  ],
  [
    'another name for the line',
    line(field('sku', 'string')),
    contract([field('lines', { type: 'array', items: { type: 'record', name: 'Row', fields: [field('sku', 'string')] } })]),
    /alias/,
  ],
  [
    'another key',
    contract([field('id', 'string')]),
    contract([field('id', 'string')], { key: 'id' }),
    /key was "sku" and is now "id"/,
  ],
  ['another kind', contract(), contract([], { kind: 'command' }), /kind was "event" and is now "command"/],
  [
    'a time that was a plain number',
    contract([field('when', 'long')]),
    contract([field('when', timestamp)]),
    /logical type was none/,
  ],
  [
    'a time in another unit',
    contract([field('when', { type: 'long', logicalType: 'timestamp-micros' })]),
    contract([field('when', timestamp)]),
    /was timestamp-micros and is now timestamp-millis/,
  ],
]

test.for(incompatible)('%s is found', ([, older, newer, message]) => {
  expect(compare([newer], [before(older)])).toContainEqual({
    file: newer.file,
    path: expect.any(String),
    message: expect.stringMatching(message),
  })
})

test('a contract that is gone is found, once', () => {
  expect(compare([], [before(contract()), before(contract([field('n', 'int')]))])).toEqual([
    { file: 'stock/ProductCounted.avsc', path: '', message: expect.stringMatching(/was removed/) },
  ])
})

test('a new contract has nothing to be compatible with', () => {
  expect(compare([contract(), contract([], { name: 'ProductLost' })], [before(contract())])).toEqual([])
})

test('every version counts, not only the last: a removed field may not come back as something else', () => {
  const past = [before(contract([field('n', 'int', { default: 1 })]), 'first'), before(contract(), 'second')]
  const findings = compare([contract([field('n', 'string', { default: '' })])], past)
  expect(findings.length).toBeGreaterThan(0)
  expect(findings.every(({ message }) => message.includes('compared with first'))).toBe(true)
})

describe('whatever the fields', () => {
  const optional = ['a', 'b', 'c'].map((name) => field(name, 'int', { default: 0 }))
  const needed = ['x', 'y'].map((name) => field(name, 'string'))
  const fields = fc.shuffledSubarray([...optional, ...needed])

  test('two versions are compatible exactly when they differ only in fields that have a default', () => {
    fc.assert(
      fc.property(fields, fields, (one, other) => {
        const differ = needed.some((field) => one.includes(field) !== other.includes(field))
        expect(compare([contract(one)], [before(contract(other))]).length > 0).toBe(differ)
      }),
    )
  })
})
