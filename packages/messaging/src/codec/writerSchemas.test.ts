import { describe, expect, test, vi } from 'vitest'
import { RegistryUnavailable } from '../registry/port.ts'
import { avroCodec } from './codec.ts'
import { Undecodable } from './errors.ts'
import { aParcel, parcel, registered } from './example.ts'

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
