import avsc from 'avsc'
import { expect, test } from 'vitest'
import { compile } from './compile.ts'

const strings = compile({ type: 'array', items: 'string' })
const counts = compile({ type: 'map', values: 'int' })
const long = (value: number): Buffer => avsc.Type.forSchema('long').toBuffer(value)
const nothing = Buffer.from([0])
const record = (fields: object[]) => compile({ type: 'record', name: 'Record', fields })

/** A block of two items as other languages write it: a negative count, the size in bytes, the items. */
const sizedBlock = Buffer.concat([long(-2), long(4), Buffer.from('\u0002a\u0002b')])

test('an array that claims a billion items is refused where the value ends', () => {
  expect(() => strings.fromBuffer(Buffer.concat([long(4_000_000_000), nothing]))).toThrow(/claims more items than there are/)
})

test('an array is refused at an item whose length is not a number', () => {
  const endlessLength = Buffer.concat([Buffer.alloc(200, 0x80), nothing])
  expect(() => strings.fromBuffer(Buffer.concat([long(100_000), endlessLength, nothing]))).toThrow(/claims more items/)
})

test('a map that claims a billion entries is refused where the value ends', () => {
  expect(() => counts.fromBuffer(Buffer.concat([long(4_000_000_000), nothing]))).toThrow(/claims more items than there are/)
})

test('an array or map that the reader skips is refused where the value ends, too', () => {
  const reader = record([{ name: 'last', type: 'int' }])
  const last = { name: 'last', type: 'int' }
  for (const passedOver of [strings, counts]) {
    const writer = record([{ name: 'first', type: passedOver.schema() }, last])
    const read = (value: Buffer) => reader.decode(value, 0, reader.createResolver(writer))
    expect(() => read(Buffer.concat([long(4_000_000_000), nothing]))).toThrow(/claims more items/)
    expect(read(Buffer.concat([passedOver.toBuffer(passedOver === strings ? ['a', 'b'] : { a: 1 }), long(5)])).value).toEqual({
      last: 5,
    })
  }
})

test('array blocks with a size in bytes are read like others', () => {
  const twoBlocks = Buffer.concat([sizedBlock, sizedBlock, nothing])
  expect(strings.fromBuffer(twoBlocks)).toEqual(['a', 'b', 'a', 'b'])
})

test('an array inside an array is refused where the value ends, too', () => {
  const nested = compile({ type: 'array', items: { type: 'array', items: 'string' } })
  expect(nested.fromBuffer(nested.toBuffer([['a'], [], ['b', 'c']]))).toEqual([['a'], [], ['b', 'c']])
  expect(() => nested.fromBuffer(Buffer.concat([long(1), long(4_000_000_000), nothing]))).toThrow(/claims more items/)
})

test('bytes whose length is not a number are refused, and bytes of later messages are read as they were written', () => {
  const bytes = record([{ name: 'first', type: 'bytes' }])
  const endlessLength = Buffer.concat([Buffer.alloc(200, 0x80), nothing])
  expect(() => bytes.fromBuffer(endlessLength)).toThrow(/longer than what there is/)
  const message = { first: Buffer.from([1, 2, 3]) }
  expect(bytes.fromBuffer(bytes.toBuffer(message))).toEqual(message)
})

test('a number that is too large for an int is refused', () => {
  const counter = record([{ name: 'first', type: 'int' }])
  for (const value of [2 ** 31, -(2 ** 31) - 1, 2 ** 52]) expect(() => counter.fromBuffer(long(value))).toThrow(/is not an int/)
  for (const first of [2 ** 31 - 1, -(2 ** 31)]) expect(counter.fromBuffer(long(first))).toEqual({ first })
})

test('a key named __proto__ is an entry like any other', () => {
  const read = counts.fromBuffer(counts.toBuffer(JSON.parse('{"__proto__":1}')))
  expect(Object.entries(read)).toEqual([['__proto__', 1]])
})
