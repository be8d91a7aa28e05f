import { createRequire } from 'node:module'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
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
  headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 30 }), fc.oneof(content, fc.array(content, { maxLength: 3 })), {
    noNullPrototype: true,
    maxKeys: 6,
  }),
})
const context = fc.record({
  firstOffset: fc.bigInt({ min: 0n, max: 2n ** 60n }).map(String),
  firstTimestamp: fc.constant('1795354709207'),
  maxTimestamp: fc.constant('1795354709999'),
  timestampType: fc.constantFrom(0, 1),
  magicByte: fc.constant(2),
  isControlBatch: fc.boolean(),
})

test('a record is encoded byte for byte as kafkajs would, whatever is in it', () => {
  fc.assert(
    fc.property(record, (one) => {
      expect(encodeRecord(one).buffer.equals(kafkajsEncodes(one).buffer)).toBe(true)
    }),
  )
})

test('a record is decoded as kafkajs would, whatever is in it', () => {
  fc.assert(
    fc.property(record, context, (one, batch) => {
      const alone = new Decoder(encodeRecord(one).buffer).readVarIntBytes()
      expect(decodeRecord({ buffer: alone }, batch)).toEqual(kafkajsDecodes(new Decoder(alone), batch))
    }),
  )
})
