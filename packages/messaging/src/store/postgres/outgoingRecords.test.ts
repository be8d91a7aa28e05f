import {
  array,
  assert,
  constant,
  constantFrom,
  dictionary,
  integer,
  oneof,
  option,
  property,
  record,
  string,
  uint8Array,
} from 'fast-check'
import { expect, test } from 'vitest'
import type { OutgoingRecord } from '../../broker/port.ts'
import { OutgoingRecordCodec } from './outgoingRecords.ts'

const text = string({ unit: 'grapheme' })
const bytes = uint8Array().map((array) => Buffer.from(array))
const headerValue = oneof(text, bytes, array(oneof(text, bytes)))
const headerName = oneof(constantFrom('ce_id', 'ce_type', 'traceparent', '__proto__'), text)
const records = array(
  record(
    {
      topic: oneof(constantFrom('sales.order-placed', 'billing.retry.2s'), text),
      key: oneof(constant(null), text, bytes),
      value: option(bytes),
      headers: dictionary(headerName, headerValue),
      partition: integer({ min: 0, max: 10_000 }),
    },
    { requiredKeys: ['topic', 'key', 'value', 'headers'] },
  ),
)

test('records come back as they were', () => {
  const codec = new OutgoingRecordCodec()
  assert(
    property(records, (given) => {
      expect(codec.decode(codec.encode(given))).toEqual(given)
    }),
  )
})

test('encoding more records does not change the bytes that were encoded before', () => {
  const codec = new OutgoingRecordCodec()
  assert(
    property(records, records, (one, other) => {
      const first = codec.encode(one)
      codec.encode(other)
      expect(codec.decode(first)).toEqual(one)
    }),
  )
})

test('records that are larger than all before them are encoded whole', () => {
  const codec = new OutgoingRecordCodec()
  const large: OutgoingRecord[] = Array.from({ length: 300 }, (_, at) => ({
    topic: 'sales.order-placed',
    key: `order-${at}`,
    value: Buffer.alloc(3_000, at),
    headers: { at: String(at) },
  }))
  expect(codec.decode(codec.encode(large))).toEqual(large)
})

test('header values that are null or missing are left out, in an array as well', () => {
  const codec = new OutgoingRecordCodec()
  const foreign = JSON.parse('{"here":"yes","none":null,"many":["a",null,"b"]}') as OutgoingRecord['headers']
  const given = { topic: 't', key: null, value: null, headers: { ...foreign, gone: undefined } }
  const headers = { here: 'yes', many: ['a', 'b'] }
  expect(codec.decode(codec.encode([given]))).toEqual([{ topic: 't', key: null, value: null, headers }])
})

test('topics and header names that records share are written once', () => {
  const codec = new OutgoingRecordCodec()
  const one: OutgoingRecord = {
    topic: 'sales.order-placed',
    key: 'k',
    value: null,
    headers: { ce_specversion: '1.0', ce_type: 'T' },
  }
  const perRecord = codec.encode(Array.from({ length: 101 }, () => one)).length - codec.encode([one]).length
  expect(perRecord / 100).toBeLessThan(20)
})

test('what is neither text nor bytes is refused, and the next records are not harmed', () => {
  const codec = new OutgoingRecordCodec()
  const good: OutgoingRecord = { topic: 't', key: 'k', value: Buffer.from('v'), headers: { at: 'now' } }
  const odd = { ...good, headers: { at: 5 } } as unknown as OutgoingRecord
  expect(() => codec.encode([good, odd])).toThrow(TypeError)
  expect(codec.decode(codec.encode([good]))).toEqual([good])
})

test('bytes of a newer version of the library are refused with a sentence that says what to run', () => {
  expect(() => new OutgoingRecordCodec().decode(Buffer.from([2, 0, 0, 0]))).toThrow('Run the newer version')
})
