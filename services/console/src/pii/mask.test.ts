import type { AvroSchema } from '@petrel/messaging'
import { avroCodec } from '@petrel/messaging/operations'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asJson, masked, maskedJson, openTexts } from './mask.ts'
import { hidden, maskText, textMask } from './text.ts'

const record = (name: string, fields: readonly object[]) => ({ type: 'record', namespace: 'shop', name, fields }) as const

describe('what a schema calls personal', () => {
  const schema = record('OrderPlaced', [
    { name: 'orderId', type: 'string' },
    { name: 'email', type: 'string', pii: true },
    {
      name: 'deliverTo',
      type: ['null', record('Place', [{ name: 'town', type: 'string' }])],
      default: null,
      pii: true,
    },
    {
      name: 'lines',
      type: {
        type: 'array',
        items: record('Line', [
          { name: 'name', type: 'string', pii: false },
          { name: 'engraving', type: ['null', 'string'], pii: true },
        ]),
      },
    },
    { name: 'notes', type: { type: 'map', values: 'string' }, pii: true },
    { name: 'reason', type: 'string' },
    { name: 'placedAt', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'label', type: 'bytes' },
  ])
  const order = {
    orderId: 'o-1',
    email: 'ada@example.org',
    deliverTo: { town: 'Marlow' },
    lines: [
      { name: 'Green tea', engraving: 'For Ada' },
      { name: 'Kettle', engraving: null },
    ],
    notes: { Byron: 'ring twice' },
    reason: 'Nobody in marlow knows BYRON; ask grace@example.org',
    placedAt: new Date('2026-03-01T12:00:00.000Z'),
    label: Buffer.from([1, 2, 3]),
  }

  test('is hidden, and all else is there, as JSON has it', () => {
    expect(masked(order, schema).data).toEqual({
      orderId: 'o-1',
      email: hidden,
      deliverTo: hidden,
      lines: [
        { name: 'Green tea', engraving: hidden },
        { name: 'Kettle', engraving: null },
      ],
      notes: hidden,
      reason: `Nobody in ${hidden} knows ${hidden}; ask ${hidden}`,
      placedAt: '2026-03-01T12:00:00.000Z',
      label: 'AQID',
    })
  })

  test('its texts are known, so that an error that quotes them is no leak', () => {
    const { personal } = masked(order, schema)
    expect(new Set(personal)).toEqual(new Set(['ada@example.org', 'Marlow', 'For Ada', 'Byron', 'ring twice']))
    expect(maskText('Order o-1: cannot deliver "For Ada" to Marlow', personal)).toBe(
      `Order o-1: cannot deliver "${hidden}" to ${hidden}`,
    )
  })

  test('a body without anything personal is as it was', () => {
    const plain = record('Counted', [{ name: 'sku', type: 'string' }])
    expect(masked({ sku: 'tea' }, plain)).toEqual({ data: { sku: 'tea' }, personal: [], isMasked: false })
    expect(masked(order, schema).isMasked).toBe(true)
  })

  test('a field of which nobody says it is hidden when it is named like a person’s', () => {
    const old = record('OrderPlaced', [
      { name: 'email', type: 'string' },
      { name: 'customerName', type: 'string' },
      { name: 'filename', type: 'string' },
      { name: 'name', type: 'string', pii: false },
    ])
    const body = { email: 'at home', customerName: 'Ada', filename: 'tea.png', name: 'Green tea' }
    expect(masked(body, old).data).toEqual({ email: hidden, customerName: hidden, filename: 'tea.png', name: 'Green tea' })
  })

  test('a record that contains itself is followed as deep as it goes', () => {
    const tree = record('Branch', [
      { name: 'leaf', type: 'string', pii: true },
      { name: 'next', type: ['null', 'Branch'], default: null },
      { name: 'more', type: { type: 'array', items: 'shop.Branch' } },
    ])
    const branch = {
      leaf: 'ash-tree',
      next: { leaf: 'elm-tree', next: null, more: [{ leaf: 'oak-tree', next: null, more: [] }] },
      more: [],
    }
    expect(masked(branch, tree).data).toEqual({
      leaf: hidden,
      next: { leaf: hidden, next: null, more: [{ leaf: hidden, next: null, more: [] }] },
      more: [],
    })
  })
})

test('without a schema names decide', () => {
  const body = { order: 7, customer: { lastName: 'Lovelace', points: 3 }, lines: [{ sku: 'tea', note: 'for Lovelace' }] }
  expect(maskedJson(body)).toEqual({
    data: { order: 7, customer: { lastName: hidden, points: 3 }, lines: [{ sku: 'tea', note: `for ${hidden}` }] },
    personal: ['Lovelace'],
    isMasked: true,
  })
})

// A schema, a value of it, and what was planted in its personal fields.

interface Grown {
  readonly schema: unknown
  readonly value: unknown
  readonly planted: readonly string[]
  readonly open: readonly string[]
}

let names = 0
const newName = (what: string) => `${what}${(names += 1)}`

/** A word that no other value has in it. @param mark tells planted words from others */
const word = (mark: string): fc.Arbitrary<string> =>
  fc.stringMatching(/^[a-z "\\üß+.$*(]{0,20}$/).map((text) => `${mark}${newName('')}${text}${mark}`)

const leaf = (isPersonal: boolean): fc.Arbitrary<Grown> =>
  fc.oneof(
    word(isPersonal ? 'Q' : 'w').map((text) => ({
      schema: 'string',
      value: text,
      planted: isPersonal ? [text] : [],
      open: isPersonal ? [] : [text],
    })),
    fc.integer({ min: 1_000_000 }).map((value) => ({
      schema: 'int',
      value,
      planted: isPersonal ? [String(value)] : [],
      open: [],
    })),
    fc.constant({ schema: 'null', value: null, planted: [], open: [] }),
  )

const all = (parts: readonly Grown[]) => ({
  planted: parts.flatMap(({ planted }) => planted),
  open: parts.flatMap(({ open }) => open),
})

function grown(depth: number, isPersonal: boolean): fc.Arbitrary<Grown> {
  if (depth === 0) return leaf(isPersonal)
  const inner = grown(depth - 1, isPersonal)
  return fc.oneof(
    leaf(isPersonal),
    inner.map((item) => ({ ...item, schema: { type: 'array', items: item.schema }, value: [item.value, item.value] })),
    fc.tuple(inner, word(isPersonal ? 'Q' : 'w')).map(([item, key]) => ({
      schema: { type: 'map', values: item.schema },
      value: { [key]: item.value },
      planted: isPersonal ? [...item.planted, key] : item.planted,
      open: isPersonal ? [] : [...item.open, key],
    })),
    inner.map((item) => ({
      ...item,
      schema: item.schema === 'null' || Array.isArray(item.schema) ? item.schema : ['null', item.schema],
    })),
    grownRecord(depth, isPersonal),
  )
}

function grownRecord(depth: number, isPersonal: boolean): fc.Arbitrary<Grown> {
  const field = fc.boolean().chain((pii) => grown(depth - 1, isPersonal || pii).map((part) => ({ pii, part })))
  return fc.array(field, { minLength: 1, maxLength: 4 }).map((fields) => ({
    schema: {
      type: 'record',
      name: newName('R'),
      fields: fields.map(({ pii, part }, index) => ({ name: `f${index}`, type: part.schema, pii })),
    },
    value: Object.fromEntries(fields.map(({ part }, index) => [`f${index}`, part.value])),
    ...all(fields.map(({ part }) => part)),
  }))
}

test('whatever a schema looks like, no planted value remains in the body or in what quotes it, and no other is hidden', () => {
  fc.assert(
    fc.property(grownRecord(3, false), ({ schema, value, planted, open }) => {
      const { data, personal } = masked(value, schema as AvroSchema)
      const body = JSON.stringify(data)
      const quoting = maskText(`It said ${planted.join(', then ')} (${JSON.stringify(value)})`, personal)
      for (const text of planted) {
        expect(body).not.toContain(JSON.stringify(text).slice(1, -1))
        expect(quoting.toLowerCase()).not.toContain(text.toLowerCase())
      }
      for (const text of open) expect(body).toContain(JSON.stringify(text).slice(1, -1))
    }),
    { numRuns: 100 },
  )
})

/** All texts and numbers that JSON has. */
function textsIn(json: unknown): string[] {
  if (typeof json === 'object') return json === null ? [] : Object.values(json).flatMap(textsIn)
  return [typeof json === 'string' ? json : JSON.stringify(json)]
}

test('a body is found by what is seen of it, and by nothing else', () => {
  fc.assert(
    fc.property(grownRecord(3, false), ({ schema, value }) => {
      const seen = masked(value, schema as AvroSchema)
      const { texts, others, personal } = openTexts(value, schema as AvroSchema)
      expect(personal).toEqual(seen.personal)
      const found = [...texts.map(textMask(personal)), ...others]
      expect(found.toSorted()).toEqual(
        textsIn(seen.data)
          .filter((text) => text !== hidden)
          .toSorted(),
      )
    }),
    { numRuns: 30 },
  )
})

test('texts and numbers are found in a body without a schema, however deep; times and bytes as JSON has them', () => {
  const body = { lines: [{ sku: 'tea', cents: 1250 }], email: 'at home', at: new Date(0), raw: Buffer.from('hi'), none: null }
  expect(openTexts(body, undefined)).toEqual({
    texts: ['tea'],
    others: ['1250', '1970-01-01T00:00:00.000Z', 'aGk='],
    personal: ['at home'],
  })
})

test('what the codec has read in the writer’s version is hidden by the attributes of that version', async () => {
  const schema = record('Letter', [
    { name: 'id', type: 'string' },
    { name: 'to', type: 'string', pii: true },
  ])
  const codec = avroCodec({ registry: { schemaOf: async () => schema } })
  const type = { kind: 'event', fullName: 'shop.Letter', owner: 'shop', topic: 'shop.letter', key: 'id', schema } as const
  const read = await codec.decodeAny(codec.encode(type, 1, { id: 'l-1', to: 'Ada' }))
  expect(masked(read.data, read.schema).data).toEqual({ id: 'l-1', to: hidden })
})

test('as JSON a body keeps what JSON has no word for', () => {
  const body = {
    at: new Date(0),
    bytes: Buffer.from('hi'),
    ratio: Number.POSITIVE_INFINITY,
    nothing: null,
    list: [1, { a: true }],
  }
  expect(asJson(body)).toEqual({
    at: '1970-01-01T00:00:00.000Z',
    bytes: 'aGk=',
    ratio: 'Infinity',
    nothing: null,
    list: [1, { a: true }],
  })
})
