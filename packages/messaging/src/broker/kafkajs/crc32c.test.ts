import { createRequire } from 'node:module'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32c } from './crc32c.ts'

const kafkajs = createRequire(import.meta.url)('kafkajs/src/protocol/recordBatch/crc32C/crc32C.js') as (
  bytes: Uint8Array,
) => number

test('the checksum of the standard’s examples', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43)
  expect(crc32c(Buffer.alloc(0))).toBe(0)
})

test('any bytes have the checksum that kafkajs gives them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (content) => {
      const bytes = Buffer.from(content)
      expect(crc32c(bytes)).toBe(kafkajs(bytes))
    }),
  )
})
