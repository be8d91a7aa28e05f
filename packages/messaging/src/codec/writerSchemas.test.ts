import { setImmediate } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { RegistryUnavailable } from '../registry/port.ts'
import { avroCodec } from './codec.ts'
import { Undecodable, UnknownSchema } from './errors.ts'
import { aParcel, parcel, registered } from './example.ts'

const hang = () => new Promise<never>((_, reject) => void setTimeout(() => reject(new RegistryUnavailable('it hangs')), 5_000))

describe('asking the registry', () => {
  const value = Buffer.from([0, 0, 0, 0, 7, 0])

  test('the registry is asked once for a schema, however many values need it at the same time', async () => {
    const schemaOf = vi.fn(() => Promise.resolve(parcel.schema))
    const codec = avroCodec({ registry: { schemaOf } })
    await Promise.all([codec.prepare([value, value]), codec.prepare([value]), codec.decodeAny(value).catch(() => undefined)])
    await codec.prepare([value])
    expect(schemaOf).toHaveBeenCalledTimes(1)
  })

  test('the registry is asked again for an unknown id after some time, and may know it then', async () => {
    vi.useFakeTimers()
    try {
      const schemaOf = vi.fn(() => Promise.resolve<typeof parcel.schema | undefined>(undefined))
      const codec = avroCodec({ registry: { schemaOf } })
      await codec.prepare([value])
      vi.advanceTimersByTime(999)
      await codec.prepare([value])
      expect(schemaOf).toHaveBeenCalledTimes(1)
      expect(() => codec.decode(value, parcel)).toThrow(UnknownSchema)

      // The registry learns the id before the first delayed retry.
      schemaOf.mockResolvedValue(parcel.schema)
      vi.advanceTimersByTime(1)
      await codec.prepare([value])
      expect(schemaOf).toHaveBeenCalledTimes(2)
      expect(() => codec.decode(value, parcel)).toThrow(/does not hold a shipping.ParcelWeighed/)
      expect(() => codec.decode(value, parcel)).not.toThrow(UnknownSchema)
    } finally {
      vi.useRealTimers()
    }
  })

  test('values that are read together wait together for a registry that hangs, and those whose schemas are known are read', async () => {
    vi.useFakeTimers()
    try {
      const { registry, id } = await registered()
      const codec = avroCodec({ registry: { schemaOf: (asked) => (asked === id ? registry.schemaOf(id) : hang()) } })
      const known = codec.encode(parcel, id, aParcel())
      const others = Array.from({ length: 500 }, (_, number) => Buffer.from([0, 0, 1, 0, number % 20, 0]))
      const reading = codec.readerOf([known, null, ...others])
      await vi.advanceTimersByTimeAsync(5_000)
      const read = await reading
      expect(read(known)).toMatchObject({ fullName: parcel.fullName, data: aParcel() })
      for (const other of others) expect(() => read(other)).toThrow(RegistryUnavailable)
      expect(() => read(null)).toThrow(Undecodable)
    } finally {
      vi.useRealTimers()
    }
  })

  test('the registry gets a few requests at a time for a thousand unknown ids, and each id has an answer', async () => {
    let [underWay, most] = [0, 0]
    const schemaOf = vi.fn(async () => {
      underWay += 1
      most = Math.max(most, underWay)
      await setImmediate()
      underWay -= 1
      return undefined
    })
    const codec = avroCodec({ registry: { schemaOf } })
    const values = Array.from({ length: 1_000 }, (_, id) => Buffer.from([0, 0, 0, id >> 8, id & 0xff, 0]))
    await Promise.all([codec.prepare(values.slice(0, 600)), codec.prepare(values.slice(400))])
    expect(schemaOf).toHaveBeenCalledTimes(1_000)
    expect(most).toBeLessThanOrEqual(8)
    for (const each of values) expect(() => codec.decode(each, parcel)).toThrow(UnknownSchema)
  })

  test('an unknown id is forgotten some time after the registry may be asked again', async () => {
    vi.useFakeTimers()
    try {
      const codec = avroCodec({ registry: { schemaOf: () => Promise.resolve(undefined) } })
      const other = Buffer.from([0, 0, 0, 0, 8, 0])
      await codec.prepare([value])
      vi.advanceTimersByTime(3_600_000)
      await codec.prepare([other])
      expect(() => codec.decode(value, parcel)).toThrow(/call prepare/)
      expect(() => codec.decode(other, parcel)).toThrow(UnknownSchema)
    } finally {
      vi.useRealTimers()
    }
  })

  test('the registry is not asked for a negative id, and the value is undecodable', async () => {
    const schemaOf = vi.fn(() => Promise.resolve(parcel.schema))
    const codec = avroCodec({ registry: { schemaOf } })
    const negative = Buffer.from([0, 255, 255, 255, 255, 0])
    await codec.prepare([negative])
    expect(schemaOf).not.toHaveBeenCalled()
    expect(() => codec.decode(negative, parcel)).toThrow(/not Avro with a schema id/)
  })

  test('when the registry is away prepare throws RegistryUnavailable, and asks again the next time', async () => {
    const { registry, id } = await registered()
    const schemaOf = vi.fn((id: number) => registry.schemaOf(id)).mockRejectedValueOnce(new RegistryUnavailable('away'))
    const codec = avroCodec({ registry: { schemaOf } })
    const sent = codec.encode(parcel, id, aParcel())
    await expect(codec.prepare([sent])).rejects.toThrow(RegistryUnavailable)
    await codec.prepare([sent])
    expect(codec.decode(sent, parcel)).toStrictEqual(aParcel())
  })

  test('the registry is not asked for values without a schema id', async () => {
    const schemaOf = vi.fn(() => Promise.resolve(undefined))
    await avroCodec({ registry: { schemaOf } }).prepare([null, Buffer.from('{"a":1}'), Buffer.alloc(0)])
    expect(schemaOf).not.toHaveBeenCalled()
  })

  test('decoding a value that was not prepared throws an error other than Undecodable', async () => {
    const { codec } = await registered()
    const decode = () => codec.decode(value, parcel)
    expect(decode).toThrow(/call prepare/)
    expect(decode).not.toThrow(Undecodable)
  })
})
