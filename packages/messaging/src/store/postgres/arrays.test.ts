import { expect, test } from 'vitest'
import { type ArrayType, arrayOf, GrowingArray } from './arrays.ts'
import { BinaryWriter } from './binaryWriter.ts'

const refusals: [ArrayType, unknown, string][] = [
  ['text', 4, '4 is not a text'],
  ['text', 'order\0', 'is not a text that PostgreSQL can store'],
  ['text', 'half of \ud83d', 'is not a text that PostgreSQL can store'],
  ['uuid', 'order-17', "'order-17' is not a UUID"],
  ['uuid', '0d54c994-83b8-5f9a-a470-754a4ee509dg', 'is not a UUID'],
  ['integer', 1.5, '1.5 is not a 32-bit integer'],
  ['integer', 2_147_483_648, '2147483648 is not a 32-bit integer'],
  ['integer', '1', "'1' is not a 32-bit integer"],
  ['bigint', Number.NaN, 'NaN is not an integer that'],
  ['bigint', 2 ** 53, '9007199254740992 is not an'],
  ['bigint', 2n ** 63n, '9223372036854775808n is not an'],
  ['boolean', 'true', "'true' is not a boolean"],
  ['timestamptz', '2030-01-02', "'2030-01-02' is not a valid Date"],
  ['timestamptz', new Date('nonsense'), 'Invalid Date is not a valid Date'],
  ['json', () => {}, 'is not a JSON value'],
  ['jsonb', () => {}, 'is not a JSON value'],
  ['tsvector', ['billing'], 'is not a set of words'],
  ['tsvector', new Set(['half\0']), 'is not a set of words that PostgreSQL can store'],
  ['bytea', 'text', "'text' is not a Buffer"],
]

test.each(refusals)('a column of %s refuses %o', (type, value, message) => {
  expect(() => arrayOf(new BinaryWriter(), type, [value])).toThrow(message)
})

test('a refused value leaves nothing in the next array', () => {
  const writer = new BinaryWriter()
  expect(() => arrayOf(writer, 'text', ['fine', 4])).toThrow(TypeError)
  expect(arrayOf(writer, 'text', ['fine'])).toEqual(arrayOf(new BinaryWriter(), 'text', ['fine']))
})

test.each<[ArrayType, readonly unknown[]]>([
  ['text', []],
  ['text', ['short', null, 'kürzer als lang', 'x'.repeat(5_000)]],
  ['uuid', ['0d54c994-83b8-5f9a-a470-754a4ee509d1', undefined]],
  ['tsvector', [new Set(['billing', 'order-1'])]],
])('an array of %s that grows is the same as one that is made at once', (type, values) => {
  const growing = new GrowingArray(type)
  for (const value of values) growing.add(value)
  expect(growing.take()).toEqual(arrayOf(new BinaryWriter(), type, values))
})
