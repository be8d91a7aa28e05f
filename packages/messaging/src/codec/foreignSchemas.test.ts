import type { Schema } from 'avsc'
import avsc from 'avsc'
import { describe, expect, test } from 'vitest'
import type { AvroSchema } from '../definition/message.ts'
import { memoryRegistry } from '../registry/memory.ts'
import { avroCodec } from './codec.ts'
import { Undecodable } from './errors.ts'
import { version } from './example.ts'

const parcelId = { name: 'parcelId', doc: 'Which parcel.', type: 'string' }
const micros = { type: 'long', logicalType: 'timestamp-micros' }
const millis = { type: 'long', logicalType: 'timestamp-millis' }

/** A codec whose registry has the schema of a foreign writer under id 1, unseen by us. */
const codecFor = (schema: unknown) => avroCodec({ registry: { schemaOf: async () => schema as AvroSchema } })

/** What a foreign client writes: avsc on its own, with a branch of a union as `{ type: value }`. */
function written(schema: unknown, data: unknown): Buffer {
  const type = avsc.Type.forSchema(JSON.parse(JSON.stringify(schema)) as Schema, { wrapUnions: true })
  return Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), type.toBuffer(data)])
}

const parcelWith = (...fields: object[]) => ({ ...(version([]).schema as object), fields: [parcelId, ...fields] })
const reader = (...fields: object[]) => version([parcelId, ...fields])

async function read(schema: unknown, data: unknown, as = reader()): Promise<object> {
  const value = written(schema, data)
  const codec = codecFor(schema)
  await codec.prepare([value])
  return codec.decode(value, as)
}

const other = (name: string) => ({ type: 'record', name, fields: [{ name: 'sku', type: 'string' }] })

describe('a field that nobody here uses may have any type', () => {
  test.each([
    { what: 'a union of int and double', type: ['int', 'double'], data: { double: 2.5 } },
    { what: 'a union of all numbers', type: ['null', 'int', 'long', 'float', 'double'], data: { long: 7 } },
    { what: 'a union of two records', type: [other('Tea'), other('Cup')], data: { 'shipping.Cup': { sku: 'c' } } },
    {
      what: 'a union of string and enum',
      type: ['string', { type: 'enum', name: 'Size', symbols: ['S'] }],
      data: { string: 'x' },
    },
    {
      what: 'a union of bytes and fixed',
      type: ['bytes', { type: 'fixed', name: 'Two', size: 2 }],
      data: { bytes: Buffer.of(1) },
    },
    { what: 'a union of a record and a map', type: [other('Tea'), { type: 'map', values: 'int' }], data: { map: { a: 1 } } },
    { what: 'an array of unions', type: { type: 'array', items: ['int', 'double'] }, data: [{ int: 1 }, { double: 2 }] },
    { what: 'a decimal', type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }, data: Buffer.of(4, 210) },
    {
      what: 'a decimal in a fixed',
      type: { type: 'fixed', name: 'D', size: 4, logicalType: 'decimal', precision: 9 },
      data: Buffer.alloc(4),
    },
    { what: 'a date', type: { type: 'int', logicalType: 'date' }, data: 20_000 },
    { what: 'nanoseconds', type: { type: 'long', logicalType: 'timestamp-nanos' }, data: 1_000 },
    { what: 'a UUID', type: { type: 'string', logicalType: 'uuid' }, data: 'f' },
    { what: 'a duration', type: { type: 'fixed', name: 'Du', size: 12, logicalType: 'duration' }, data: Buffer.alloc(12) },
    { what: 'a logical type that nobody knows', type: { type: 'long', logicalType: 'moon-phase' }, data: 3 },
  ])('$what', async ({ type, data }) => {
    const schema = parcelWith({ name: 'more', type }, { name: 'last', type: 'string' })
    const last = { name: 'last', doc: 'After it.', type: 'string' }
    expect(await read(schema, { parcelId: 'p-1', more: data, last: 'z' }, reader(last))).toEqual({ parcelId: 'p-1', last: 'z' })
  })

  test('its default may be of any branch of a union, as Avro 1.12 allows', async () => {
    const schema = parcelWith({ name: 'more', type: ['null', 'string'], default: 'post' })
    const value = Buffer.from([0, 0, 0, 0, 1, 6, 0x70, 0x2d, 0x31, 0])
    const codec = codecFor(schema)
    await codec.prepare([value])
    expect(codec.decode(value, reader())).toEqual({ parcelId: 'p-1' })
  })
})

describe('a field that is used', () => {
  test('is read from any branch of a union that can be read, and from no other', async () => {
    const schema = parcelWith({ name: 'volume', type: ['null', 'int', 'double', 'string'] })
    const volume = { name: 'volume', doc: 'In litres.', type: 'double' }
    const volumeOf = (data: unknown) => read(schema, { parcelId: 'p-1', volume: data }, reader(volume))
    expect(await volumeOf({ int: 3 })).toEqual({ parcelId: 'p-1', volume: 3 })
    expect(await volumeOf({ double: 2.5 })).toEqual({ parcelId: 'p-1', volume: 2.5 })
    await expect(volumeOf(null)).rejects.toThrow(Undecodable)
    await expect(volumeOf({ string: 'much' })).rejects.toThrow(Undecodable)
  })

  const weighedAt = { name: 'weighedAt', doc: 'When.', type: millis }
  const timeOf = (type: object, data: number) =>
    read(parcelWith({ name: 'weighedAt', type }), { parcelId: 'p-1', weighedAt: data }, reader(weighedAt))

  test('microseconds are read as the time that they are', async () => {
    expect(await timeOf(micros, 1_750_000_000_123_999)).toEqual({ parcelId: 'p-1', weighedAt: new Date(1_750_000_000_123) })
    expect(await timeOf(micros, -1)).toEqual({ parcelId: 'p-1', weighedAt: new Date(-1) })
  })

  test.each([
    { type: 'long', logicalType: 'timestamp-nanos' },
    { type: 'long', logicalType: 'local-timestamp-millis' },
    { type: 'long', logicalType: 'local-timestamp-micros' },
    { type: 'long', logicalType: 'time-micros' },
    { type: 'int', logicalType: 'time-millis' },
    { type: 'int', logicalType: 'date' },
  ])('$logicalType is no time in milliseconds: it is refused and not misread', async (type) => {
    await expect(timeOf(type, 20_000)).rejects.toThrow(Undecodable)
  })

  test('the digits of a decimal are not read as a text, and other bytes are', async () => {
    const note = { name: 'note', doc: 'For the driver.', type: 'string' }
    const noteOf = (type: unknown) =>
      read(parcelWith({ name: 'note', type }), { parcelId: 'p-1', note: Buffer.from('hi') }, reader(note))
    await expect(noteOf({ type: 'bytes', logicalType: 'decimal', precision: 9 })).rejects.toThrow(Undecodable)
    expect(await noteOf('bytes')).toEqual({ parcelId: 'p-1', note: 'hi' })
  })
})

describe('a choice of records', () => {
  const choice = [parcelWith({ name: 'more', type: 'int' }), { ...other('ParcelLost'), namespace: 'shipping' }, 'null']
  const parcel = { 'shipping.ParcelWeighed': { parcelId: 'p-1', more: 1 } }
  const lost = { 'shipping.ParcelLost': { sku: 'tea' } }

  test('a message of it that is the expected one is read, another is refused', async () => {
    expect(await read(choice, parcel)).toEqual({ parcelId: 'p-1' })
    await expect(read(choice, lost)).rejects.toThrow(Undecodable)
    await expect(read(choice, null)).rejects.toThrow(Undecodable)
  })

  test('tools see which one it is', async () => {
    const codec = codecFor(choice)
    expect(await codec.decodeAny(written(choice, lost))).toMatchObject({ fullName: 'shipping.ParcelLost', data: { sku: 'tea' } })
    await expect(codec.decodeAny(written(choice, null))).rejects.toThrow(Undecodable)
    const [first] = choice
    expect(await codecFor([first, 'null']).decodeAny(written([first, 'null'], parcel))).toMatchObject({
      fullName: 'shipping.ParcelWeighed',
      data: { parcelId: 'p-1' },
    })
  })
})

test('tools see the branch of a union whose branches look alike, and can write it again', async () => {
  const registry = memoryRegistry()
  const schema = parcelWith({ name: 'volume', type: ['int', 'double'] })
  const codec = avroCodec({ registry: { ...registry, schemaOf: async () => schema as unknown as AvroSchema } })
  const value = written(schema, { parcelId: 'p-1', volume: { double: 2 } })
  const { data } = await codec.decodeAny(value)
  expect(JSON.parse(JSON.stringify(data))).toEqual({ parcelId: 'p-1', volume: { double: 2 } })
  expect(await codec.encodeAny(1, JSON.parse(JSON.stringify(data)) as object)).toEqual(value)
})
