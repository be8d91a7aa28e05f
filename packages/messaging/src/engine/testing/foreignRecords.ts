import * as fc from 'fast-check'
import type { RecordHeaders } from '../../broker/port.ts'
import { ce, failure } from '../../headers.ts'

// Arbitrary records that others may write into our topics: they can write whatever Kafka takes.

const names = fc.oneof(
  fc.constantFrom<string>(...Object.values(ce), ...Object.values(failure)),
  fc.constantFrom('constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf', '', 'x'.repeat(3_000)),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('', '0', '-1', '1e400', 'NaN', String(2 ** 53), 'sales.OrderPlaced', 'sales.OrderRenamed', 'not a date'),
  fc.constant('h'.repeat(20_000)),
)

const value = fc.oneof(
  texts,
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(null as never),
)

/** Headers with any name, and with values that are null, empty, huge or repeated. */
export const foreignHeaders: fc.Arbitrary<RecordHeaders> = fc
  .array(fc.tuple(names, fc.oneof({ weight: 3, arbitrary: value }, fc.array(value, { maxLength: 3 }))), { maxLength: 8 })
  .map((entries) => {
    const headers = Object.create(null) as Record<string, RecordHeaders[string]>
    for (const [name, each] of entries) headers[name] = each
    return headers
  })

/** Tombstones, empty and huge values, other content types, and the wire format with any schema id and body. */
export const foreignValue: fc.Arbitrary<Buffer | null> = fc.oneof(
  fc.constant(null),
  fc.constant(Buffer.alloc(0)),
  fc.constant(Buffer.from('{"orderId":"a"}')),
  fc.constant(Buffer.alloc(200_000, 7)),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
  fc.tuple(fc.integer(), fc.uint8Array({ maxLength: 40 })).map(([id, body]) => withSchemaId(id, body)),
  fc.tuple(fc.integer({ min: 1, max: 5 }), fc.uint8Array({ maxLength: 40 })).map(([id, body]) => withSchemaId(id, body)),
)

function withSchemaId(id: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(5)
  head.writeInt32BE(id, 1)
  return Buffer.concat([head, body])
}
