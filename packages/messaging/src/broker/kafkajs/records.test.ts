import { createRequire } from 'node:module'
import * as fc from 'fast-check'
import type { IHeaders } from 'kafkajs'
import { expect, test } from 'vitest'
import { arbitraryHeaders, headerEntries } from '../conformance/arbitraryHeaders.ts'
import type { ForeignRecord } from '../foreignProducer.ts'
import { headersAsRead } from '../recordHeaders.ts'
import { decodeRecord, type BatchContext, type DecodedRecord } from './recordDecoding.ts'
import { encodeRecord, type EncodedRecord, type RecordToEncode } from './recordEncoding.ts'

const load = createRequire(import.meta.url)
const kafkajsEncodes = load('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (record: RecordToEncode) => EncodedRecord
const kafkajsDecodes = load('kafkajs/src/protocol/recordBatch/record/v0/decoder.js') as (
  decoder: object,
  context: BatchContext,
) => DecodedRecord
const Decoder = load('kafkajs/src/protocol/decoder.js') as new (buffer: Buffer) => { readVarIntBytes(): Buffer }

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const content = fc.oneof(bytes, fc.string({ unit: 'binary', maxLength: 100 }))
const record = fc.record({
  offsetDelta: fc.nat(),
  timestampDelta: fc.integer({ min: 0, max: 0x3fffffff }),
  key: fc.option(content),
  value: fc.option(content),
  headers: arbitraryHeaders.map((headers) => headers as IHeaders),
})
const batchContext = { firstOffset: '0', firstTimestamp: '0', maxTimestamp: '0', timestampType: 0 }
const context = fc.record({
  firstOffset: fc.bigInt({ min: 0n, max: 2n ** 60n }).map(String),
  firstTimestamp: fc.constant('1795354709207'),
  maxTimestamp: fc.constant('1795354709999'),
  timestampType: fc.constantFrom(0, 1),
  magicByte: fc.constant(2),
  isControlBatch: fc.boolean(),
})

test('any record is encoded byte for byte as kafkajs would; only null headers it cannot encode', () => {
  fc.assert(
    fc.property(record, (one) => {
      const withoutNulls = { ...one, headers: headersAsRead(one.headers) }
      expect(encodeRecord(withoutNulls).buffer.equals(kafkajsEncodes(withoutNulls).buffer)).toBe(true)
    }),
  )
})

test('any record is decoded as kafkajs would, but for null headers and for names of Object’s methods', () => {
  fc.assert(
    fc.property(record, context, (one, batch) => {
      const alone = new Decoder(encodeRecord(one).buffer).readVarIntBytes()
      const { headers, ...decoded } = decodeRecord({ buffer: alone }, batch)
      expect({ ...decoded, headers: {} }).toEqual({ ...kafkajsDecodes(new Decoder(alone), batch), headers: {} })
      expect(headerEntries(headers)).toEqual(headerEntries(one.headers as ForeignRecord['headers']))
    }),
  )
})

function namesRead(names: readonly string[]): string[] {
  const headers = Object.fromEntries(names.map((name) => [name, 'value']))
  const alone = new Decoder(encodeRecord({ key: null, value: null, headers }).buffer).readVarIntBytes()
  return Object.keys(decodeRecord({ buffer: alone }, batchContext).headers)
}

test('a record has its own names of headers, however much they look like those of the record before', () => {
  for (const names of [
    ['name', 'other'],
    ['mane', 'other'],
    ['name'],
    ['näme'],
    ['n\u00e4m\u00e9', 'other'],
    ['name', 'name2', 'x'.repeat(100)],
  ])
    expect(namesRead(names)).toEqual(names)
})

const memory = (content: unknown) => (content as Buffer).buffer

test('a decoded record keeps nothing else of the fetch in memory', () => {
  for (const size of [10, 1_000, 100_000]) {
    const fetched = Buffer.alloc(1_000_000)
    const encoded = encodeRecord({ key: 'key', value: Buffer.alloc(size, 1), headers: { name: 'value', twice: ['x', 'y'] } })
    encoded.buffer.copy(fetched)
    const { key, value, headers } = decodeRecord({ buffer: new Decoder(fetched).readVarIntBytes() }, batchContext)
    for (const content of [key, value, ...Object.values(headers).flat()]) {
      expect(memory(content)).not.toBe(fetched.buffer)
      expect(memory(content).byteLength).toBeLessThan(size + 10_000)
    }
    expect(String(key)).toBe('key')
    expect(value?.equals(Buffer.alloc(size, 1))).toBe(true)
  }
})
