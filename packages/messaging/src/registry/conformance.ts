import { describe, expect, test } from 'vitest'
import type { AvroSchema } from '../definition/message.ts'
import { IncompatibleSchema, type Registry } from './port.ts'

const sku = { name: 'sku', doc: 'Which product.', type: 'string' }
const quantity = { name: 'quantity', doc: 'How many.', type: 'int', default: 1 }
const note = { name: 'note', doc: 'For whoever packs it.', type: ['null', 'string'], default: null, pii: true }

const withFields = (...fields: object[]) =>
  ({ type: 'record', namespace: 'stock', name: 'ProductCounted', doc: 'Counted.', kind: 'event', key: 'sku', fields }) as const

const shade = (symbols: string[], fallback?: object) =>
  withFields(sku, { name: 'shade', doc: 'Which.', type: { type: 'enum', name: 'Shade', doc: 'A shade.', symbols, ...fallback } })

/**
 * What every adapter of the registry's port does, proven against a running one.
 * @param connect makes the adapter; called once for each test
 * @param subjectOf makes the name of a subject that nobody else uses
 */
export function registryConformance(connect: () => Registry, subjectOf: () => string): void {
  describe('registering', () => {
    test('the same schema again has the same id', async () => {
      const [registry, subject] = [connect(), subjectOf()]
      const id = await registry.register(subject, withFields(sku))
      expect(await registry.register(subject, withFields(sku))).toBe(id)
    })

    test('a schema registered from two places at once has one id', async () => {
      const subject = subjectOf()
      const [one, other] = await Promise.all([
        connect().register(subject, withFields(sku)),
        connect().register(subject, withFields(sku)),
      ])
      expect(one).toBe(other)
    })

    test('a compatible version gets an id of its own, and the version before keeps its', async () => {
      const [registry, subject] = [connect(), subjectOf()]
      const first = await registry.register(subject, withFields(sku))
      const second = await registry.register(subject, withFields(sku, quantity, note))
      expect(second).not.toBe(first)
      expect(await registry.idOf(subject, withFields(sku))).toBe(first)
      expect(await registry.idOf(subject, withFields(sku, quantity, note))).toBe(second)
    })

    test('a subject takes another message type only under another name', async () => {
      const [registry, subject] = [connect(), subjectOf()]
      await registry.register(subject, withFields(sku))
      await expect(registry.register(subject, { ...withFields(sku), name: 'ProductLost' })).rejects.toThrow(IncompatibleSchema)
    })
  })

  describe('refusing', () => {
    const incompatible: [string, AvroSchema, AvroSchema, RegExp][] = [
      ['a new field without a default', withFields(sku), withFields(sku, { ...sku, name: 'shelf' }), /shelf/],
      ['a removed field without a default', withFields(sku, { ...sku, name: 'shelf' }), withFields(sku), /shelf/],
      ['another type', withFields(sku, quantity), withFields(sku, { ...quantity, type: 'long' }), /long/i],
      ['another name for a field', withFields(sku, { ...sku, name: 'old' }), withFields(sku, { ...sku, name: 'new' }), /old|new/],
      ['a new symbol of an enum without a default', shade(['RED']), shade(['RED', 'BLUE']), /Shade|shade|BLUE|symbols/],
    ]
    test.for(incompatible)(
      '%s is refused with the reason, and the subject stays as it was',
      async ([, before, after, reason]) => {
        const [registry, subject] = [connect(), subjectOf()]
        const id = await registry.register(subject, before)
        const refused = registry.register(subject, after)
        await expect(refused).rejects.toThrow(IncompatibleSchema)
        await expect(refused).rejects.toThrow(reason)
        await expect(refused).rejects.toThrow(subject)
        expect(await registry.idOf(subject, after)).toBeUndefined()
        expect(await registry.idOf(subject, before)).toBe(id)
      },
    )

    test('a version that only the one before last cannot read is refused: the topic has records of all versions', async () => {
      const [registry, subject] = [connect(), subjectOf()]
      await registry.register(subject, withFields(sku, quantity))
      await registry.register(subject, withFields(sku))
      const again = withFields(sku, { ...quantity, type: 'string', default: 'one' })
      await expect(registry.register(subject, again)).rejects.toThrow(IncompatibleSchema)
    })

    test('what is no Avro schema is refused', async () => {
      const refused = connect().register(subjectOf(), { type: 'record', name: 'Nothing' })
      await expect(refused).rejects.toThrow(IncompatibleSchema)
    })

    test('a new symbol of an enum with a default is taken', async () => {
      const [registry, subject] = [connect(), subjectOf()]
      await registry.register(subject, shade(['RED', 'OTHER'], { default: 'OTHER' }))
      expect(await registry.register(subject, shade(['RED', 'OTHER', 'BLUE'], { default: 'OTHER' }))).toBeTypeOf('number')
    })
  })

  describe('finding', () => {
    test('a schema comes back with every attribute it was registered with, those of its fields included', async () => {
      const [registry, subject] = [connect(), subjectOf()]
      const id = await registry.register(subject, withFields(sku, quantity, note))
      expect(await registry.schemaOf(id)).toEqual(withFields(sku, quantity, note))
    })

    test('nothing is found under a subject that does not exist, nor a schema that was not registered', async () => {
      const [registry, subject] = [connect(), subjectOf()]
      expect(await registry.idOf(subject, withFields(sku))).toBeUndefined()
      await registry.register(subject, withFields(sku))
      expect(await registry.idOf(subject, withFields(sku, note))).toBeUndefined()
    })

    test('a schema with another key is not the one that was registered', async () => {
      const [registry, subject] = [connect(), subjectOf()]
      await registry.register(subject, withFields(sku, note))
      expect(await registry.idOf(subject, { ...withFields(sku, note), key: 'note' })).toBeUndefined()
    })

    test('a subject that was removed is not found any more, takes any schema, and can be removed again', async () => {
      const [registry, subject] = [connect(), subjectOf()]
      await registry.register(subject, withFields(sku))
      expect(await registry.remove(subject)).toBe(true)
      expect(await registry.idOf(subject, withFields(sku))).toBeUndefined()
      expect(await registry.remove(subject)).toBe(false)
      expect(await registry.register(subject, { ...withFields(sku), name: 'ProductLost' })).toBeTypeOf('number')
    })

    test('the newest schema of a subject is found with its id, and an old one that is registered again is not the newest', async () => {
      const [registry, subject] = [connect(), subjectOf()]
      expect(await registry.latestOf(subject)).toBeUndefined()
      await registry.register(subject, withFields(sku))
      const id = await registry.register(subject, withFields(sku, quantity, note))
      await registry.register(subject, withFields(sku))
      expect(await registry.latestOf(subject)).toEqual({ id, schema: withFields(sku, quantity, note) })
    })

    test('there is no schema behind an id that was never given', async () => {
      expect(await connect().schemaOf(2_000_000_000)).toBeUndefined()
    })
  })
}
