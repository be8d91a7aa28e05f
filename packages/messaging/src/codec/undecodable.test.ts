import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MessageDescriptor } from '../definition/message.ts'
import { avroCodec } from './codec.ts'
import { Undecodable } from './errors.ts'
import { aParcel, parcel, registered, version } from './example.ts'

describe('what cannot be decoded', () => {
  const other: MessageDescriptor = {
    ...parcel,
    fullName: 'billing.Paid',
    schema: { ...parcel.schema, namespace: 'billing', name: 'Paid' },
  }
  const [parcelId, grams] = parcel.schema.fields
  const withoutDefault = version([parcelId, grams, { name: 'added', doc: 'New.', type: 'string' }])
  const broken: [string, (value: Buffer) => Buffer | null, MessageDescriptor, RegExp][] = [
    ['nothing', () => null, parcel, /has no value/],
    ['JSON', () => Buffer.from('{"a":1}'), parcel, /not Avro with a schema id: it has 7 bytes, beginning with 7b2261223a317d/],
    ['four bytes', (value) => value.subarray(0, 4), parcel, /it has 4 bytes/],
    [
      'a value cut short',
      (value) => value.subarray(0, -1),
      parcel,
      /does not hold a shipping.ParcelWeighed: the value ends too early/,
    ],
    ['a value with something behind it', (value) => Buffer.concat([value, value]), parcel, /\d+ bytes are left over/],
    [
      'an unknown schema',
      (value) => Buffer.concat([Buffer.from([0, 0, 0, 9, 9]), value.subarray(5)]),
      parcel,
      /Schema 2313 is not/,
    ],
    ['another type', (value) => value, other, /written as shipping.ParcelWeighed \(schema 1\), which is not billing.Paid/],
    ['a version without a field it needs', (value) => value, withoutDefault, /cannot be read here: .*added/],
  ]
  test.for(broken)('%s is undecodable, and the error says why', async ([, spoil, reader, message]) => {
    const { codec, id } = await registered()
    const value = spoil(codec.encode(parcel, id, aParcel()))
    await codec.prepare([value])
    const decode = () => codec.decode(value, reader)
    expect(decode).toThrow(Undecodable)
    expect(decode).toThrow(message)
    // The second time from memory.
    expect(decode).toThrow(message)
  })

  test('random bytes are either a message or undecodable, whatever they are, and soon', async () => {
    const { codec, id } = await registered()
    const valid = codec.encode(parcel, id, aParcel())
    await codec.prepare([valid])
    const spoilt = fc.tuple(fc.nat(valid.length - 6), fc.uint8Array({ maxLength: 12 })).map(([at, bytes]) => {
      const value = Buffer.from(valid)
      value.set(bytes.subarray(0, value.length - 5 - at), 5 + at)
      return value
    })
    const anything = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([valid.subarray(0, 5), bytes]))
    fc.assert(
      fc.property(fc.oneof(spoilt, anything), (value) => {
        try {
          expect(codec.decode(value, parcel)).toBeTypeOf('object')
        } catch (error) {
          expect(error).toBeInstanceOf(Undecodable)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test.for([['"string"'], ['{"type":"nonsense"}'], ['["null","string"]']])(
    'a schema that is no record, %s, is undecodable',
    async ([schema = '']) => {
      const codec = avroCodec({ registry: { schemaOf: () => Promise.resolve(JSON.parse(schema)) } })
      await expect(codec.decodeAny(Buffer.from([0, 0, 0, 0, 1, 0]))).rejects.toThrow(Undecodable)
    },
  )
})
