import { Unrecoverable } from '@petrel/messaging'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Offer, price } from './pricing.ts'

const tea: Offer = { sku: 'green-tea', name: 'Green tea', unitCents: 350, currency: 'EUR' }
const cup: Offer = { sku: 'storm-cup', name: 'Storm cup', unitCents: 990, currency: 'EUR' }
const mug: Offer = { sku: 'gale-mug', name: 'Gale mug', unitCents: 700, currency: 'GBP' }

test('an order costs what sales asks for each piece, whatever the customer thinks', () => {
  const order = price(
    '42',
    [
      { sku: 'green-tea', quantity: 2 },
      { sku: 'storm-cup', quantity: 1 },
    ],
    [tea, cup],
  )
  expect(order).toEqual({
    lines: [
      { sku: 'green-tea', name: 'Green tea', quantity: 2, unitCents: 350 },
      { sku: 'storm-cup', name: 'Storm cup', quantity: 1, unitCents: 990 },
    ],
    totalCents: 1_690,
    currency: 'EUR',
  })
})

test('a product named twice becomes one line', () => {
  const order = price(
    '42',
    [
      { sku: 'green-tea', quantity: 1 },
      { sku: 'green-tea', quantity: 2 },
    ],
    [tea],
  )
  expect(order.lines).toEqual([{ sku: 'green-tea', name: 'Green tea', quantity: 3, unitCents: 350 }])
})

test.each([
  ['without lines', [], /no lines/],
  ['for no pieces', [{ sku: 'green-tea', quantity: 0 }], /asks for 0 of green-tea/],
  ['for less than no pieces', [{ sku: 'green-tea', quantity: -3 }], /asks for -3 of green-tea/],
  ['for a product that is not offered', [{ sku: 'rainbow', quantity: 1 }], /asks for rainbow, which sales does not offer/],
  [
    'in two currencies',
    [
      { sku: 'green-tea', quantity: 1 },
      { sku: 'gale-mug', quantity: 1 },
    ],
    /mixes EUR and GBP/,
  ],
])('an order %s cannot be sold, however often it is tried', (_, lines, sentence) => {
  const pricing = () => price('42', lines, [tea, mug])
  expect(pricing).toThrow(Unrecoverable)
  expect(pricing).toThrow(sentence)
})

test('the total is the sum over the pieces, however they are spread over lines', () => {
  const quantities = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(quantities, fc.integer({ min: 0, max: 1_000_000 }), (split, unitCents) => {
      const lines = split.map((quantity) => ({ sku: 'green-tea', quantity }))
      const pieces = split.reduce((sum, quantity) => sum + quantity, 0)
      expect(price('42', lines, [{ ...tea, unitCents }]).totalCents).toBe(pieces * unitCents)
    }),
  )
})
