import * as fc from 'fast-check'
import type { ForeignRecord } from '../foreignProducer.ts'
import type { RecordHeaders } from '../port.ts'

const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('', 'constructor', 'toString', '__proto__', 'hasOwnProperty', 'ce_id', '0') },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 20_000 }).map((length) => 'n'.repeat(length)) },
)
const content = fc.oneof(
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 20_000 }).map((length) => Buffer.alloc(length, length)) },
)
const contentOrNull = fc.option(content, { freq: 4 })

/** Whatever Kafka allows: odd, empty and huge names and values, names that occur again, and null. */
export const arbitraryHeaders: fc.Arbitrary<ForeignRecord['headers']> = fc
  .array(fc.tuple(name, fc.oneof(contentOrNull, fc.array(contentOrNull, { maxLength: 3 }))), { maxLength: 6 })
  .map((pairs) => Object.fromEntries(pairs))

/** As data that can be compared, whatever the names are: each name with its values, without null. */
export function headerEntries(headers: ForeignRecord['headers'] | RecordHeaders): [name: string, values: string[]][] {
  const entries = Object.keys(headers).map((name): [string, string[]] => [name, [headers[name]].flat().flatMap(hex)])
  return entries.filter(([, values]) => values.length > 0).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

const hex = (value: Buffer | string | null | undefined) =>
  value === null || value === undefined ? [] : [Buffer.from(value).toString('hex')]
