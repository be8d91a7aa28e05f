import * as fc from 'fast-check'
import type { IHeaders } from 'kafkajs'
import { expect, test } from 'vitest'
import { arbitraryHeaders, headerEntries } from './conformance/arbitraryHeaders.ts'
import { decodeRecord } from './kafkajs/recordDecoding.ts'
import { encodeRecord } from './kafkajs/recordEncoding.ts'
import { outgoing } from './kafkajs/records.ts'
import { memoryBroker } from './memory.ts'
import type { OutgoingRecord, RecordHeaders } from './port.ts'
import { sizeOf, upperBoundOf } from './size.ts'

const withHeaders = (headers: object): OutgoingRecord => ({
  topic: 't',
  key: null,
  value: null,
  headers: headers as RecordHeaders,
})

/** Written and read as kafkajs does it. */
function throughKafkajs(record: OutgoingRecord): RecordHeaders {
  const [message] = outgoing([record])[0]?.messages ?? []
  return decoded(encodeRecord({ key: null, value: null, headers: message?.headers ?? {} }).buffer)
}

function decoded(encoded: Buffer): RecordHeaders {
  const lengthSize = encoded.findIndex((byte) => byte < 0x80) + 1
  const context = { firstOffset: '0', firstTimestamp: '0', maxTimestamp: '0', timestampType: 0 }
  return decodeRecord({ buffer: encoded.subarray(lengthSize) }, context).headers
}

async function throughMemory(record: OutgoingRecord): Promise<RecordHeaders> {
  const broker = memoryBroker({ partitions: 1 })
  await broker.publish([record])
  for await (const { headers } of broker.admin.read('t')) return headers
  throw new Error('The record is not there')
}

test('headers come out as they went in, without null values, through kafkajs and in memory', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryHeaders, async (headers) => {
      const record = withHeaders(headers)
      expect(headerEntries(throughKafkajs(record))).toEqual(headerEntries(headers))
      expect(headerEntries(await throughMemory(record))).toEqual(headerEntries(headers))
    }),
  )
})

test('null values that another client wrote are left out when read', () => {
  fc.assert(
    fc.property(arbitraryHeaders, (headers) => {
      const { buffer } = encodeRecord({ key: null, value: null, headers: headers as IHeaders })
      expect(headerEntries(decoded(buffer))).toEqual(headerEntries(headers))
      expect(Object.values(decoded(buffer)).flat()).not.toContain(null)
    }),
  )
})

test.each(['constructor', 'toString', '__proto__'])('a record without a header %s has none when read', async (name) => {
  for (const headers of [throughKafkajs(withHeaders({})), await throughMemory(withHeaders({}))])
    expect(headers[name]).toBeUndefined()
})

test('a name with one value that is not null has that value alone', () => {
  expect(throughKafkajs(withHeaders({ tenant: [null, 'acme', null] }))).toEqual({ tenant: Buffer.from('acme') })
})

test('a record without null values is sent without copying its headers', () => {
  const headers = { one: 'text', twice: ['x', 'y'] }
  expect(outgoing([withHeaders(headers)])[0]?.messages[0]?.headers).toBe(headers)
})

test('the size of a record is at least what it takes in a batch of its own', () => {
  const batchOverhead = 61
  fc.assert(
    fc.property(arbitraryHeaders, fc.string(), fc.uint8Array({ maxLength: 70_000 }), (headers, key, body) => {
      const record = { ...withHeaders(headers), key, value: Buffer.from(body) }
      const [message] = outgoing([record])[0]?.messages ?? []
      const { buffer } = encodeRecord({ key, value: record.value, headers: message?.headers ?? {} })
      expect(upperBoundOf(record)).toBeGreaterThanOrEqual(sizeOf(record))
      const excess = sizeOf(record) - buffer.length - batchOverhead
      expect(excess).toBeGreaterThanOrEqual(0)
      expect(excess).toBeLessThan(200)
    }),
  )
})
