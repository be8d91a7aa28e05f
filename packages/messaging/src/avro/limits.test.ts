import { expect, test } from 'vitest'
import type { AvroSchema } from '../definition/message.ts'
import { compile } from './compile.ts'

const message = (...types: unknown[]): AvroSchema => ({
  type: 'record',
  name: 'Message',
  fields: types.map((type, index) => ({ name: `f${index}`, type })),
})

/** Each record has two fields of the next: as many leaves as 2 to the power of `levels`. */
function doubling(levels: number, leaf: string): object {
  const type = levels === 0 ? leaf : doubling(levels - 1, leaf)
  const again = levels === 0 ? leaf : `R${levels - 1}`
  return {
    type: 'record',
    name: `R${levels}`,
    fields: [
      { name: 'one', type },
      { name: 'two', type: again },
    ],
  }
}

function nested(levels: number): object {
  let type: unknown = 'int'
  for (let level = 0; level < levels; level += 1) type = { type: 'array', items: type }
  return type as object
}

const refused: [string, AvroSchema, RegExp][] = [
  ['nested ten thousand levels deep', message(nested(10_000)), /nested more than 100 levels deep/],
  ['with fifty thousand fields', message(...Array.from({ length: 50_000 }, () => 'int')), /more than 20000 parts/],
  ['with a billion values in no bytes', message(doubling(30, 'null')), /holds \d+ values in 0 bytes/],
  ['whose smallest value has a billion bytes', message(doubling(30, 'int')), /takes more than 100000 bytes/],
  ['with a fixed of two gigabytes', message({ type: 'fixed', name: 'Two', size: 2 ** 31 - 1 }), /takes more than 100000 bytes/],
  [
    'whose record contains itself',
    message({ type: 'record', name: 'Self', fields: [{ name: 'self', type: 'Self' }] }),
    /takes more than/,
  ],
  ['with a type that has the name of an object property', message({ type: 'constructor' }), /constructor/],
  ['that refers to the name of an object property', message('toString'), /undefined type name: toString/],
]
test.for(refused)('a schema %s is refused', ([, schema, reason]) => {
  expect(() => compile(schema)).toThrow(reason)
})

const taken: [string, AvroSchema][] = [
  ['a thousand fields', message(...Array.from({ length: 1_000 }, () => ['null', 'string']))],
  ['records ten deep', message(doubling(10, 'string'))],
  [
    'a record that contains a list of itself',
    message({ type: 'record', name: 'Tree', fields: [{ name: 'branches', type: { type: 'array', items: 'Tree' } }] }),
  ],
]
test.for(taken)('a schema with %s is compiled', ([, schema]) => {
  expect(compile(schema).typeName).toBe('record')
})

test('a timestamp that is not a valid date is refused', () => {
  const type = compile(message({ type: 'long', logicalType: 'timestamp-millis' }))
  const plain = compile(message('long'))
  expect(() => type.fromBuffer(plain.toBuffer({ f0: 2 ** 53 - 2 }))).toThrow(/not a valid date/)
})

test('the logical type timestamp-millis of a string is ignored', () => {
  const type = compile(message({ type: 'string', logicalType: 'timestamp-millis' }))
  expect(type.fromBuffer(type.toBuffer({ f0: 'soon' }))).toEqual({ f0: 'soon' })
})
