import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { MessageDescriptor } from '../definition/message.ts'
import { memoryRegistry } from '../registry/memory.ts'
import { RegistryUnavailable } from '../registry/port.ts'
import { avroCodec } from './codec.ts'
import { InvalidMessage, Undecodable } from './errors.ts'
import { aParcel, parcel, version } from './example.ts'

const text = fc.string({ unit: 'grapheme' })
const int = fc.integer()
const parcels = fc.record(
  {
    parcelId: fc.string({ unit: 'grapheme', minLength: 1 }),
    grams: int,
    cents: fc.integer({ min: -(2 ** 52), max: 2 ** 53 - 2 }),
    volume: fc.double(),
    insured: fc.boolean(),
    label: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    size: fc.constantFrom('SMALL', 'LARGE', 'OTHER'),
    note: fc.option(text),
    weighedAt: fc.date({ noInvalidDate: true, min: new Date(-(2 ** 52)) }),
    items: fc.array(fc.record({ sku: text, quantity: int }, { noNullPrototype: true })),
    marks: fc.dictionary(text, int, { noNullPrototype: true }),
  },
  { noNullPrototype: true },
)

/** A codec and the id under which the example's schema is registered. */
async function registered(type: MessageDescriptor = parcel) {
  const registry = memoryRegistry()
  const id = await registry.register('subject', type.schema)
  return { registry, id, codec: avroCodec({ registry }) }
}

describe('encode and decode', () => {
  test('every message comes back equal to what was sent, as plain data', async () => {
    const { codec, id } = await registered()
    await codec.prepare([codec.encode(parcel, id, aParcel())])
    fc.assert(
      fc.property(parcels, (sent) => {
        expect(codec.decode(codec.encode(parcel, id, sent), parcel)).toStrictEqual(sent)
      }),
    )
  })

  test('records are plain objects at every depth, so that they can be cloned and compared', async () => {
    const { codec, id } = await registered()
    const value = codec.encode(parcel, id, aParcel())
    await codec.prepare([value])
    const received = codec.decode(value, parcel) as ReturnType<typeof aParcel>
    expect(Object.getPrototypeOf(received)).toBe(Object.prototype)
    expect(Object.getPrototypeOf(received.items[0])).toBe(Object.prototype)
    expect(structuredClone(received)).toStrictEqual({ ...aParcel(), label: new Uint8Array([1, 2, 3]) })
  })

  test('a value begins with 0 and the schema id as 32 bits, big endian', async () => {
    const { codec } = await registered()
    expect(codec.encode(parcel, 0x01020304, aParcel()).subarray(0, 5)).toEqual(Buffer.from([0, 1, 2, 3, 4]))
  })

  test('values share large buffers, and none is written over by a later one', async () => {
    const { codec, id } = await registered()
    const sent = Array.from({ length: 2_000 }, (_, n) => ({ ...aParcel(), parcelId: `p-${n}`, note: 'x'.repeat(n) }))
    const values = sent.map((each) => codec.encode(parcel, id, each))
    await codec.prepare(values)
    expect(new Set(values.map((value) => value.buffer)).size).toBeLessThan(100)
    expect(values.map((value) => codec.decode(value, parcel))).toStrictEqual(sent)
  })

  test('a message larger than the buffer is encoded, too', async () => {
    const { codec, id } = await registered()
    const sent = { ...aParcel(), label: Buffer.alloc(3_000_000, 7) }
    const value = codec.encode(parcel, id, sent)
    await codec.prepare([value])
    expect(codec.decode(value, parcel)).toStrictEqual(sent)
  })
})

describe('what does not fit its schema', () => {
  const wrong: [string, object, string][] = [
    ['a fraction', { items: [{ sku: 'tea', quantity: 1.5 }] }, 'shipping.ParcelWeighed.items.0.quantity: 1.5 is not an int'],
    ['a number too large', { grams: 2 ** 31 }, 'shipping.ParcelWeighed.grams: 2147483648 is not an int'],
    ['money past what a number can hold', { cents: 2 ** 53 }, 'shipping.ParcelWeighed.cents: 9007199254740992 is not a long'],
    [
      'money whose sign would be lost',
      { cents: -(2 ** 52) - 1 },
      'shipping.ParcelWeighed.cents: -4503599627370497 is not a long',
    ],
    ['text for a number', { grams: '1' }, `shipping.ParcelWeighed.grams: '1' is not an int`],
    ['a missing field', { insured: undefined }, 'shipping.ParcelWeighed.insured: is missing'],
    ['a missing field of a line', { items: [{ sku: 'tea' }] }, 'shipping.ParcelWeighed.items.0.quantity: is missing'],
    ['an undeclared field', { colour: 'red' }, 'shipping.ParcelWeighed: has no field "colour" in its schema'],
    [
      'an undeclared field of a line',
      { items: [{ sku: 'a', quantity: 1, x: 1 }] },
      'shipping.ParcelWeighed.items.0: has no field "x"',
    ],
    ['milliseconds for a time', { weighedAt: 5 }, 'shipping.ParcelWeighed.weighedAt: 5 is not a valid Date'],
    [
      'an invalid time',
      { weighedAt: new Date(Number.NaN) },
      'shipping.ParcelWeighed.weighedAt: Invalid Date is not a valid Date',
    ],
    ['an unknown symbol', { size: 'HUGE' }, `shipping.ParcelWeighed.size: 'HUGE' is not one of SMALL, LARGE, OTHER`],
    ['a number for an optional text', { note: 3 }, 'shipping.ParcelWeighed.note: 3 is not null or a string'],
    ['an object for a list', { items: {} }, 'shipping.ParcelWeighed.items: {} is not an array'],
    ['a wrong value in a map', { marks: { fragile: 'yes' } }, `shipping.ParcelWeighed.marks.fragile: 'yes' is not an int`],
    ['an empty key', { parcelId: '' }, `shipping.ParcelWeighed.parcelId: is empty, but it is the record's key`],
  ]
  test.for(wrong)('%s is refused, and the error names the field', async ([, change, message]) => {
    const { codec, id } = await registered()
    const encode = () => codec.encode(parcel, id, { ...aParcel(), ...change })
    expect(encode).toThrow(InvalidMessage)
    expect(encode).toThrow(message)
  })

  test('a long text is shown in part', async () => {
    const { codec, id } = await registered()
    const error = (() => {
      try {
        return codec.encode(parcel, id, { ...aParcel(), grams: 'x'.repeat(100_000) })
      } catch (error) {
        return error as Error
      }
    })() as Error
    expect(error.message.length).toBeLessThan(200)
  })
})

describe('versions', () => {
  const [parcelId, grams] = parcel.schema.fields
  const size = (symbols: string[]) =>
    version([parcelId, { name: 'size', doc: 'Which.', type: { type: 'enum', name: 'BoxSize', symbols, default: 'OTHER' } }])
  const older = version([parcelId, grams])
  const newer = version([parcelId, { name: 'carrier', doc: 'Who brings it.', type: 'string', default: 'post' }])

  test('a reader that is newer than the writer sees the default of the field it added', async () => {
    const { codec, id } = await registered(older)
    const value = codec.encode(older, id, { parcelId: 'p-1', grams: 3 })
    await codec.prepare([value])
    expect(codec.decode(value, newer)).toStrictEqual({ parcelId: 'p-1', carrier: 'post' })
  })

  test('a reader that does not know a new symbol sees the default of the enum', async () => {
    const { codec, id } = await registered(size(['SMALL', 'OTHER', 'HUGE']))
    const value = codec.encode(size(['SMALL', 'OTHER', 'HUGE']), id, { parcelId: 'p-1', size: 'HUGE' })
    await codec.prepare([value])
    expect(codec.decode(value, size(['SMALL', 'OTHER']))).toStrictEqual({ parcelId: 'p-1', size: 'OTHER' })
  })

  test('a time that was written as a plain long is read as Date', async () => {
    const plain = version([parcelId, { name: 'weighedAt', doc: 'When.', type: 'long' }])
    const time = version([parcelId, { name: 'weighedAt', doc: 'When.', type: { type: 'long', logicalType: 'timestamp-millis' } }])
    const { codec, id } = await registered(plain)
    const value = codec.encode(plain, id, { parcelId: 'p-1', weighedAt: 1_000 })
    await codec.prepare([value])
    expect(codec.decode(value, time)).toStrictEqual({ parcelId: 'p-1', weighedAt: new Date(1_000) })
  })

  test('what was written with another version is shown to people as it was written', async () => {
    const { codec, id } = await registered(older)
    const value = codec.encode(older, id, { parcelId: 'p-1', grams: 3 })
    expect(await codec.decodeAny(value)).toStrictEqual({
      fullName: 'shipping.ParcelWeighed',
      data: { parcelId: 'p-1', grams: 3 },
    })
  })
})

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

describe('asking the registry', () => {
  const value = Buffer.from([0, 0, 0, 0, 7, 0])

  test('a schema is asked for once, however many need it at the same time', async () => {
    const schemaOf = vi.fn(() => Promise.resolve(parcel.schema))
    const codec = avroCodec({ registry: { schemaOf } })
    await Promise.all([codec.prepare([value, value]), codec.prepare([value]), codec.decodeAny(value).catch(() => undefined)])
    await codec.prepare([value])
    expect(schemaOf).toHaveBeenCalledTimes(1)
  })

  test('an unknown id is not asked for again until some time has passed', async () => {
    vi.useFakeTimers()
    try {
      const schemaOf = vi.fn(() => Promise.resolve<typeof parcel.schema | undefined>(undefined))
      const codec = avroCodec({ registry: { schemaOf }, unknownForMs: 1_000 })
      await codec.prepare([value])
      vi.advanceTimersByTime(999)
      await codec.prepare([value])
      expect(schemaOf).toHaveBeenCalledTimes(1)

      schemaOf.mockResolvedValue(parcel.schema)
      vi.advanceTimersByTime(1)
      await codec.prepare([value])
      expect(schemaOf).toHaveBeenCalledTimes(2)
      expect(() => codec.decode(value, parcel)).toThrow(/ends too early/)
    } finally {
      vi.useRealTimers()
    }
  })

  test("a registry that is away is nobody's fault: it passes through, and is asked again", async () => {
    const { registry, id } = await registered()
    const schemaOf = vi.fn((id: number) => registry.schemaOf(id)).mockRejectedValueOnce(new RegistryUnavailable('away'))
    const codec = avroCodec({ registry: { schemaOf } })
    const sent = codec.encode(parcel, id, aParcel())
    await expect(codec.prepare([sent])).rejects.toThrow(RegistryUnavailable)
    await codec.prepare([sent])
    expect(codec.decode(sent, parcel)).toStrictEqual(aParcel())
  })

  test('values without a schema id ask for nothing', async () => {
    const schemaOf = vi.fn(() => Promise.resolve(undefined))
    await avroCodec({ registry: { schemaOf } }).prepare([null, Buffer.from('{"a":1}'), Buffer.alloc(0)])
    expect(schemaOf).not.toHaveBeenCalled()
  })

  test('decoding what was not prepared is a mistake of the caller and not of the message', async () => {
    const { codec } = await registered()
    const decode = () => codec.decode(value, parcel)
    expect(decode).toThrow(/call prepare/)
    expect(decode).not.toThrow(Undecodable)
  })
})
