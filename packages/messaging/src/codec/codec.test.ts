import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidMessage, Undecodable, UnknownSchema } from './errors.ts'
import { aParcel, parcel, registered, version } from './example.ts'

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

describe('encode and decode', () => {
  test('a message that is encoded and decoded is equal to what was sent, and plain data', async () => {
    const { codec, id } = await registered()
    await codec.prepare([codec.encode(parcel, id, aParcel())])
    fc.assert(
      fc.property(parcels, (sent) => {
        expect(codec.decode(codec.encode(parcel, id, sent), parcel)).toStrictEqual(sent)
      }),
    )
  })

  test('decoded records are plain objects at every depth, so that they can be cloned and compared', async () => {
    const { codec, id } = await registered()
    const value = codec.encode(parcel, id, aParcel())
    await codec.prepare([value])
    const received = codec.decode(value, parcel) as ReturnType<typeof aParcel>
    expect(Object.getPrototypeOf(received)).toBe(Object.prototype)
    expect(Object.getPrototypeOf(received.items[0])).toBe(Object.prototype)
    expect(structuredClone(received)).toStrictEqual({ ...aParcel(), label: new Uint8Array([1, 2, 3]) })
  })

  test('an encoded value begins with 0 and the schema id as 32 bits, big endian', async () => {
    const { codec } = await registered()
    expect(codec.encode(parcel, 0x01020304, aParcel()).subarray(0, 5)).toEqual(Buffer.from([0, 1, 2, 3, 4]))
  })

  test('encoded values share large buffers, and none is overwritten by a later one', async () => {
    const { codec, id } = await registered()
    const sent = Array.from({ length: 2_000 }, (_, n) => ({ ...aParcel(), parcelId: `p-${n}`, note: 'x'.repeat(n) }))
    const values = sent.map((each) => codec.encode(parcel, id, each))
    await codec.prepare(values)
    expect(new Set(values.map((value) => value.buffer)).size).toBeLessThan(100)
    expect(values.map((value) => codec.decode(value, parcel))).toStrictEqual(sent)
  })

  test('a message that is larger than the shared buffer is encoded', async () => {
    const { codec, id } = await registered()
    const sent = { ...aParcel(), label: Buffer.alloc(3_000_000, 7) }
    const value = codec.encode(parcel, id, sent)
    await codec.prepare([value])
    expect(codec.decode(value, parcel)).toStrictEqual(sent)
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

  test('a time that was written as a plain long is read as a Date', async () => {
    const plain = version([parcelId, { name: 'weighedAt', doc: 'When.', type: 'long' }])
    const time = version([parcelId, { name: 'weighedAt', doc: 'When.', type: { type: 'long', logicalType: 'timestamp-millis' } }])
    const { codec, id } = await registered(plain)
    const value = codec.encode(plain, id, { parcelId: 'p-1', weighedAt: 1_000 })
    await codec.prepare([value])
    expect(codec.decode(value, time)).toStrictEqual({ parcelId: 'p-1', weighedAt: new Date(1_000) })
  })

  test('a value is read as another schema of the registry has it', async () => {
    const { codec, registry, id } = await registered(older)
    const value = codec.encode(older, id, { parcelId: 'p-1', grams: 3 })
    const note = { name: 'note', doc: 'For the driver.', type: ['null', 'string'], default: null }
    const newer = await registry.register('another', version([parcelId, note]).schema)
    expect(await codec.decodeAs(value, newer)).toStrictEqual({ parcelId: 'p-1', note: null })
    await expect(codec.decodeAs(value, 99)).rejects.toThrow(UnknownSchema)
    await expect(codec.decodeAs(Buffer.from('no'), newer)).rejects.toThrow(Undecodable)
  })

  test('data is written with a schema of the registry, when it fits', async () => {
    const { codec, id } = await registered(older)
    const value = await codec.encodeAny(id, { parcelId: 'p-1', grams: 3 })
    expect((await codec.decodeAny(value)).data).toStrictEqual({ parcelId: 'p-1', grams: 3 })
    await expect(codec.encodeAny(id, { parcelId: 'p-1', grams: 'three' })).rejects.toThrow(
      "shipping.ParcelWeighed.grams: 'three' is not an int",
    )
    await expect(codec.encodeAny(id, { parcelId: 'p-1', grams: 3, more: 1 })).rejects.toThrow(InvalidMessage)
    await expect(codec.encodeAny(99, {})).rejects.toThrow(UnknownSchema)
  })

  test('decodeAny reads a value in the version in which it was written', async () => {
    const { codec, id } = await registered(older)
    const value = codec.encode(older, id, { parcelId: 'p-1', grams: 3 })
    expect(await codec.decodeAny(value)).toStrictEqual({
      fullName: 'shipping.ParcelWeighed',
      data: { parcelId: 'p-1', grams: 3 },
      schema: older.schema,
    })
  })
})
