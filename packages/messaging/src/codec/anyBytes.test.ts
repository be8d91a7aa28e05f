import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { AvroSchema } from '../definition/message.ts'
import { avroCodec } from './codec.ts'
import { Undecodable } from './errors.ts'
import { aParcel, parcel, registered } from './example.ts'

// Thousands of runs take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

/** Any bytes are either a message that is not much larger than they are, or Undecodable. */
function expectMessageOrUndecodable(bytes: number, read: () => object): void {
  try {
    expect(valuesIn(read())).toBeLessThanOrEqual(20 * bytes + 50)
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error
    expect(error.message.length).toBeLessThan(2_000)
  }
}

function valuesIn(data: unknown): number {
  if (typeof data !== 'object' || data === null || Buffer.isBuffer(data) || data instanceof Date) return 1
  return Object.values(data).reduce((sum: number, part) => sum + valuesIn(part), 1)
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((some) => Buffer.from(some))
/** Numbers in Avro's encoding, also some that no writer would write: far too large, negative, or hundreds of bytes long. */
const varint = fc.oneof(
  fc.constantFrom(Buffer.from([0]), Buffer.from([1]), Buffer.from([255, 255, 255, 255, 15]), Buffer.alloc(9, 255)),
  fc.integer({ min: 0, max: 300 }).map((digits) => Buffer.concat([Buffer.alloc(digits, 0x80), Buffer.from([0])])),
)
const body = fc.array(fc.oneof(bytes(8), varint), { maxLength: 40 }).map((parts) => Buffer.concat(parts))

/** Bytes that are removed from a valid value, and others that are inserted. */
const mutations = fc.array(fc.record({ at: fc.nat(), remove: fc.nat(6), insert: fc.oneof(bytes(6), varint) }), {
  minLength: 1,
  maxLength: 4,
})
const mutated = (value: Buffer, changes: typeof mutations extends fc.Arbitrary<infer M> ? M : never): Buffer =>
  changes.reduce((current, { at, remove, insert }) => {
    const from = current.length === 0 ? 0 : at % current.length
    return Buffer.concat([current.subarray(0, from), insert, current.subarray(from + remove)])
  }, value)

describe('any bytes', () => {
  test('random bytes are decoded to a message or are Undecodable, also for decodeAny', async () => {
    const { codec } = await registered()
    await fc.assert(
      fc.asyncProperty(bytes(64), async (value) => {
        await codec.prepare([value])
        expectMessageOrUndecodable(value.length, () => codec.decode(value, parcel))
        await codec.decodeAny(value).catch((error: unknown) => expect(error).toBeInstanceOf(Undecodable))
      }),
      { numRuns: 2_000 },
    )
  })

  test('a value that is cut short or changed, or has any other body, is decoded to a message or is Undecodable', async () => {
    const { codec, id } = await registered()
    const valid = codec.encode(parcel, id, aParcel())
    const header = valid.subarray(0, 5)
    const broken = fc.oneof(
      fc.nat(valid.length).map((length) => valid.subarray(0, length)),
      mutations.map((changes) => mutated(valid, changes)),
      body.map((some) => Buffer.concat([header, some])),
    )
    await fc.assert(
      fc.asyncProperty(broken, async (value) => {
        await codec.prepare([value])
        expectMessageOrUndecodable(value.length, () => codec.decode(value, parcel))
      }),
      { numRuns: 3_000 },
    )
  })
})

const names = fc.constantFrom(
  'a',
  'b',
  'c',
  'd',
  'ParcelWeighed',
  'shipping.ParcelWeighed',
  'constructor',
  '__proto__',
  'toString',
  '1',
)
const primitives = fc.constantFrom('null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string', 'Nothing', 'record')
/** Schemas that are mostly Avro, with mistakes that people and machines make. */
const { schema: avroLike, record } = fc.letrec<{ schema: AvroSchema; record: AvroSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    primitives,
    names,
    tie('record'),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.record({ type: fc.constant('map'), values: tie('schema') }),
    fc.record({ type: fc.constant('enum'), name: names, symbols: fc.array(names, { maxLength: 3 }) }),
    fc.record({ type: fc.constant('fixed'), name: names, size: fc.constantFrom(0, 3, -1, 2 ** 31) }),
    fc.record({ type: primitives, logicalType: fc.constantFrom('timestamp-millis', 'decimal', 'constructor') }),
    fc.array(tie('schema'), { maxLength: 3 }),
  ),
  record: fc.record({
    type: fc.constantFrom('record', 'error'),
    name: names,
    fields: fc.array(fc.record({ name: names, type: tie('schema') }, { requiredKeys: ['name', 'type'] }), { maxLength: 4 }),
  }),
}))
const changedParcel = fc
  .tuple(fc.subarray([...parcel.schema.fields]), fc.array(fc.record({ name: names, type: avroLike }), { maxLength: 2 }))
  .map(([kept, added]) => ({ ...parcel.schema, fields: [...kept, ...added] }))
const foreign = fc.oneof(avroLike, record, changedParcel, fc.jsonValue() as fc.Arbitrary<AvroSchema>)

/** For nearly every schema some number of zero bytes is a valid value. */
const zeros = Array.from({ length: 12 }, (_, length) => Buffer.alloc(length))

test('a value with any writer schema is decoded to a message or is Undecodable', async () => {
  let messages = 0
  await fc.assert(
    fc.asyncProperty(foreign, body, async (schema, some) => {
      const codec = avroCodec({ registry: { schemaOf: () => Promise.resolve(schema) } })
      for (const part of [some, ...zeros]) {
        const value = Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), part])
        await codec.prepare([value])
        expectMessageOrUndecodable(value.length, () => codec.decode(value, parcel))
        const read = await codec.decodeAny(value).catch((error: unknown) => error)
        if (read instanceof Error) expect(read).toBeInstanceOf(Undecodable)
        else messages += 1
      }
    }),
    { numRuns: 1_500 },
  )
  // Some of the values must be valid, or the test would prove little.
  expect(messages).toBeGreaterThan(50)
})

const deep = (levels: number): AvroSchema => JSON.parse(`${'{"type":"array","items":'.repeat(levels)}"int"${'}'.repeat(levels)}`)
const extreme: [string, AvroSchema][] = [
  ['nested a hundred thousand levels deep', deep(100_000)],
  ['of a million letters', 'x'.repeat(1_000_000)],
  [
    'with a hundred thousand fields',
    { type: 'record', name: 'Wide', fields: Array.from({ length: 100_000 }, (_, n) => ({ name: `f${n}`, type: 'int' })) },
  ],
]
test.for(extreme)('a record with a schema %s is Undecodable; the others of its batch are decoded', async ([, schema]) => {
  const { registry, id, codec: ours } = await registered()
  const codec = avroCodec({ registry: { schemaOf: async (asked) => (asked === id ? registry.schemaOf(id) : schema) } })
  const [poison, good] = [Buffer.from([0, 0, 0, 9, 9, 0]), ours.encode(parcel, id, aParcel())]
  await codec.prepare([poison, good])
  expect(codec.decode(good, parcel)).toStrictEqual(aParcel())
  expectMessageOrUndecodable(poison.length, () => codec.decode(poison, parcel))
  await expect(codec.decodeAny(poison)).rejects.toThrow(Undecodable)
})
