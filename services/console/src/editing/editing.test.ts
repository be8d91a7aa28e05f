import type { AvroSchema } from '@petrel/messaging'
import { avroCodec } from '@petrel/messaging/operations'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shapeOf } from '../avro/shape.ts'
import { asJson, masked } from '../pii/mask.ts'
import { hidden } from '../pii/text.ts'
import { fromJson } from './fromJson.ts'
import { keepUnchanged } from './keepUnchanged.ts'

const line = {
  type: 'record',
  name: 'Line',
  fields: [
    { name: 'sku', type: 'string' },
    { name: 'quantity', type: 'int' },
    { name: 'engraving', type: ['null', 'string'], default: null, pii: true },
  ],
}
const schema = {
  type: 'record',
  namespace: 'shop',
  name: 'Order',
  fields: [
    { name: 'orderId', type: 'string' },
    { name: 'email', type: 'string', pii: true },
    { name: 'cents', type: 'long' },
    { name: 'ratio', type: 'double', default: 0.5 },
    { name: 'paid', type: 'boolean', default: false },
    { name: 'size', type: { type: 'enum', name: 'Size', symbols: ['SMALL', 'LARGE'], default: 'SMALL' }, default: 'LARGE' },
    { name: 'label', type: 'bytes', default: 'ÿ' },
    { name: 'digest', type: { type: 'fixed', name: 'Digest', size: 2 }, default: '\u0001\u0002' },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, default: 0 },
    { name: 'lines', type: { type: 'array', items: line }, default: [] },
    { name: 'marks', type: { type: 'map', values: 'int' }, default: { new: 1 } },
    { name: 'next', type: ['null', 'Order'], default: null },
    { name: 'either', type: ['string', { type: 'long', logicalType: 'timestamp-millis' }], default: 'nothing' },
    { name: 'or', type: ['null', 'string', 'Line'], default: null },
  ],
} as const satisfies AvroSchema
const shape = shapeOf(schema)

const whole = {
  orderId: 'o-1',
  email: 'ada@example.org',
  cents: 12,
  ratio: 0.25,
  paid: true,
  size: 'SMALL',
  label: 'AQI=',
  digest: '//8=',
  at: '2026-03-01T12:00:00.123Z',
  lines: [{ sku: 'tea', quantity: 2, engraving: null }],
  marks: { fragile: 3 },
  next: null,
  either: 'text',
  or: null,
}
const result = (changes: object) => fromJson({ ...whole, ...changes }, shape, '/body')

describe('a body that somebody wrote', () => {
  test('becomes what the schema needs: times, bytes, numbers', () => {
    expect(result({})).toEqual({
      value: {
        ...whole,
        label: Buffer.from([1, 2]),
        digest: Buffer.from([255, 255]),
        at: new Date('2026-03-01T12:00:00.123Z'),
      },
    })
  })

  test('has the defaults of fields that are left out', () => {
    expect(fromJson({ orderId: 'o-1', email: 'e', cents: 1 }, shape, '')).toEqual({
      value: {
        orderId: 'o-1',
        email: 'e',
        cents: 1,
        ratio: 0.5,
        paid: false,
        size: 'LARGE',
        label: Buffer.from([255]),
        digest: Buffer.from([1, 2]),
        at: new Date(0),
        lines: [],
        marks: { new: 1 },
        next: null,
        either: 'nothing',
        or: null,
      },
    })
  })

  const wrong: [string, object, string, string | RegExp][] = [
    ['a text for a number', { cents: '12' }, '/body/cents', /a whole number/],
    ['a fraction for a long', { cents: 1.5 }, '/body/cents', /a whole number/],
    ['a long that cannot be kept exactly', { cents: 2 ** 53 }, '/body/cents', /to 9007199254740990/],
    ['an int that is too large', { lines: [{ sku: 's', quantity: 2 ** 31 }] }, '/body/lines/0/quantity', /2147483647/],
    ['null where there must be something', { orderId: null }, '/body/orderId', 'must be a text'],
    ['nothing where there must be something', { orderId: undefined }, '/body/orderId', 'is missing'],
    ['an unknown symbol', { size: 'HUGE' }, '/body/size', 'must be one of SMALL, LARGE'],
    ['bytes that are none', { label: 'not base64!' }, '/body/label', 'must be bytes in base64'],
    ['too many bytes', { digest: 'AQID' }, '/body/digest', 'must be 2 bytes, and is 3'],
    ['a time without a zone', { at: '2026-03-01T12:00:00' }, '/body/at', /must be a time, for example/],
    ['a day that there is not', { at: '2026-13-01T12:00:00Z' }, '/body/at', /must be a time/],
    ['an object for a list', { lines: {} }, '/body/lines', 'must be a list'],
    ['a list for an object', { marks: [] }, '/body/marks', 'must be an object'],
    ['a field that there is not', { colour: 'red' }, '/body/colour', 'is no field of Order'],
    ['a part with a slash in its name', { marks: { 'a/b~c': 'x' } }, '/body/marks/a~1b~0c', /a whole number/],
    [
      'what is wrong far inside',
      { next: { ...whole, lines: [{ sku: 1, quantity: 1 }] } },
      '/body/next/lines/0/sku',
      'must be a text',
    ],
    ['what is no branch', { either: 7 }, '/body/either', 'must be a text or a time'],
    ['what is wrong within a branch', { or: { sku: 's', quantity: 'two' } }, '/body/or/quantity', /a whole number/],
    ['what is hidden', { orderId: hidden }, '/body/orderId', /is hidden: leave it as it was shown/],
    ['a name that is hidden', { marks: { [hidden]: 1 } }, `/body/marks/${hidden}`, /is hidden/],
  ]
  test.for(wrong)('with %s is refused, with the place and what to write', ([, changes, path, message]) => {
    const expected = typeof message === 'string' ? message : expect.stringMatching(message)
    expect(result(changes)).toEqual({ errors: [{ path, message: expected }] })
  })

  test('with several mistakes is refused with all of them', () => {
    const made = result({ cents: 'x', size: 1, lines: [{ quantity: 1.5 }] })
    expect('errors' in made && made.errors.map(({ path }) => path)).toEqual([
      '/body/cents',
      '/body/size',
      '/body/lines/0/sku',
      '/body/lines/0/quantity',
    ])
  })

  test('that is no object at all is refused as a whole', () => {
    for (const json of [null, [], 'text', 7, undefined])
      expect(fromJson(json, shape, '/body')).toMatchObject({ errors: [{ path: '/body' }] })
  })
})

const leafJson = fc.constantFrom<unknown>(null, 'text', 1, 2.5, true, '2026-03-01T12:00:00Z', 'AQI=')
const anyJson = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    leafJson,
    fc.array(tie('json')),
    fc.dictionary(fc.constantFrom(...Object.keys(whole)), tie('json')),
  ),
})).json

test('whatever is written is encoded, or refused with a place: it is never an error of the console', async () => {
  const codec = avroCodec({ registry: { schemaOf: async () => schema } })
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom(...Object.keys(whole)), anyJson), async (changes) => {
      const made = result(changes)
      if ('errors' in made)
        expect(made.errors.every(({ path, message }) => path.startsWith('/body') && message !== '')).toBe(true)
      else expect((await codec.decodeAny(await codec.encodeAny(1, made.value as object))).data).toStrictEqual(made.value)
    }),
    { numRuns: 300 },
  )
})

describe('what was left as it was shown', () => {
  const original = {
    orderId: 'o-1',
    email: 'ada@example.org',
    cents: 12,
    ratio: 0.5,
    paid: true,
    size: 'SMALL',
    label: Buffer.from([1, 2]),
    digest: Buffer.from([1, 2]),
    at: new Date('2026-03-01T12:00:00Z'),
    lines: [
      { sku: 'tea', quantity: 2, engraving: 'Ada' },
      { sku: 'cup', quantity: 1, engraving: 'Byron' },
      { sku: 'cup', quantity: 1, engraving: 'Grace' },
    ],
    marks: { fragile: 3 },
    next: null,
    either: new Date(0),
    or: null,
  }
  const shown = masked(original, schema).data as typeof original
  const kept = (changes: object) => keepUnchanged({ ...shown, ...changes }, shown, original)

  test('is what it was, hidden or not, and only what was changed is another', () => {
    expect(kept({})).toEqual(original)
    expect(kept({ cents: 13 })).toEqual({ ...original, cents: 13 })
    expect(kept({ email: 'grace@example.org' })).toEqual({ ...original, email: 'grace@example.org' })
  })

  test('keeps its kind where JSON cannot say it', () => {
    expect(fromJson(kept({ cents: 13 }), shape, '')).toEqual({ value: { ...original, cents: 13 } })
  })

  const { lines } = shown
  const [tea, cup, otherCup] = lines
  test('is found again in a list that has changed', () => {
    const added = { sku: 'pot', quantity: 1, engraving: null }
    expect(kept({ lines: [...lines, added] })).toEqual({ ...original, lines: [...original.lines, added] })
    expect(kept({ lines: [cup, otherCup] })).toEqual({ ...original, lines: original.lines.slice(1) })
    expect(kept({ lines: [{ ...tea, quantity: 3 }, cup, otherCup] })).toEqual({
      ...original,
      lines: [{ ...original.lines[0], quantity: 3 }, ...original.lines.slice(1)],
    })
  })

  test('is refused where nobody can tell what was left: two that look the same, of which one is gone', () => {
    const made = fromJson(kept({ lines: [tea, cup] }), shape, '')
    expect(made).toEqual({ errors: [{ path: '/lines/1/engraving', message: expect.stringContaining('is hidden') }] })
  })

  test('never brings a hidden value to another place', () => {
    expect(keepUnchanged({ ...shown, orderId: hidden }, shown, original)).toMatchObject({ orderId: hidden })
  })
})

test('a body that was shown and not changed is the same message, byte by byte, whatever is in it', async () => {
  const codec = avroCodec({ registry: { schemaOf: async () => schema } })
  const text = fc.string({ unit: 'grapheme' })
  const orders = fc.record(
    {
      orderId: text,
      email: text,
      cents: fc.integer(),
      ratio: fc.double({ noNaN: true }),
      paid: fc.boolean(),
      size: fc.constantFrom('SMALL', 'LARGE'),
      label: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      digest: fc.constant(Buffer.from([1, 2])),
      at: fc.date({ noInvalidDate: true, min: new Date(0) }),
      lines: fc.array(fc.record({ sku: text, quantity: fc.integer(), engraving: fc.option(text) }, { noNullPrototype: true })),
      marks: fc.dictionary(text, fc.integer(), { noNullPrototype: true }),
      next: fc.constant(null),
      either: fc.oneof(text, fc.date({ noInvalidDate: true, min: new Date(0) })),
      or: fc.option(text),
    },
    { noNullPrototype: true },
  )
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      const shown = masked(order, schema).data
      const page = JSON.parse(JSON.stringify(shown)) as unknown
      const made = fromJson(keepUnchanged(page, shown, order), shape, '')
      if (!('value' in made)) throw new Error(`refused: ${JSON.stringify(made.errors)}`)
      expect(await codec.encodeAny(1, made.value as object)).toEqual(await codec.encodeAny(1, order))
      expect(asJson(made.value)).toEqual(asJson(order))
    }),
  )
})
