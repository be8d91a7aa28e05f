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
    ['a record without a value', () => null, parcel, /has no value/],
    [
      'a value in JSON',
      () => Buffer.from('{"a":1}'),
      parcel,
      /not Avro with a schema id: it has 7 bytes, beginning with 7b2261223a317d/,
    ],
    ['a value of four bytes', (value) => value.subarray(0, 4), parcel, /it has 4 bytes/],
    [
      'a value cut short',
      (value) => value.subarray(0, -1),
      parcel,
      /does not hold a shipping.ParcelWeighed: the value ends too early/,
    ],
    ['a value with more bytes behind it', (value) => Buffer.concat([value, value]), parcel, /\d+ bytes are left over/],
    [
      'a value with an unknown schema',
      (value) => Buffer.concat([Buffer.from([0, 0, 0, 9, 9]), value.subarray(5)]),
      parcel,
      /Schema 2313 is not/,
    ],
    [
      'a value of another type',
      (value) => value,
      other,
      /written as shipping.ParcelWeighed \(schema 1\), which is not billing.Paid/,
    ],
    [
      'a value in a version without a field that the reader needs',
      (value) => value,
      withoutDefault,
      /cannot be read here: .*added/,
    ],
  ]
  test.for(broken)('%s is undecodable, and the error names the reason', async ([, spoil, reader, message]) => {
    const { codec, id } = await registered()
    const value = spoil(codec.encode(parcel, id, aParcel()))
    await codec.prepare([value])
    const decode = () => codec.decode(value, reader)
    expect(decode).toThrow(Undecodable)
    expect(decode).toThrow(message)
    // The second time the reason comes from the cache.
    expect(decode).toThrow(message)
  })

  test.for([['"string"'], ['{"type":"nonsense"}'], ['["null","string"]']])(
    'a value whose schema (%s) is not a record is undecodable',
    async ([schema = '']) => {
      const codec = avroCodec({ registry: { schemaOf: () => Promise.resolve(JSON.parse(schema)) } })
      await expect(codec.decodeAny(Buffer.from([0, 0, 0, 0, 1, 0]))).rejects.toThrow(Undecodable)
    },
  )
})
