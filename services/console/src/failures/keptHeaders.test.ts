import * as fc from 'fast-check'
import type { RecordHeaders } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { headersOf, keptHeaders, withTexts } from './keptHeaders.ts'

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }).map((value) => Buffer.from(value)),
  fc.string({ unit: 'binary' }).map((value) => Buffer.from(value)),
)
const values = fc.dictionary(
  fc.string({ minLength: 1 }).filter((name) => !name.includes('\0')),
  fc.oneof(bytes, fc.array(bytes, { minLength: 2, maxLength: 3 })),
)

const bytesOf = (value: RecordHeaders[string]) => [value ?? []].flat().map((one) => Buffer.from(one))

test('the headers of a letter are sent again with the bytes that they had, texts or not', () => {
  fc.assert(
    fc.property(values, (headers) => {
      const record = { topic: 'billing.dlt', partition: 0, offset: 1n, key: null, value: null, headers, timestamp: 0 }
      const sent = Object.entries(headersOf(keptHeaders(withTexts(record).headers)))
      expect(sent.map(([name, value]) => [name, bytesOf(value)])).toEqual(
        Object.entries(headers).map(([name, value]) => [name, bytesOf(value)]),
      )
    }),
  )
})
