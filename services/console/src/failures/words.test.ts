import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { asTsquery, asTsvector, wordsOf } from './words.ts'

test('a text is found by its words, by parts of names in CamelCase, and by an id or an address as a whole', () => {
  const words = [...wordsOf(['PaymentDeclined: order-42 of ada@example.com', '01a21cc6-c83b-78d4-a6fe-5109c83e0212'])]
  expect(words).toEqual(
    expect.arrayContaining(['paymentdeclined', 'payment', 'declined', 'order-42', 'order', '42', 'ada@example.com', 'example']),
  )
  expect(words).toContain('01a21cc6-c83b-78d4-a6fe-5109c83e0212')
  expect(words).not.toContain('78d4')
})

test('of an id of a trace and of a time nobody looks for a part, but for the beginning', () => {
  const texts = ['4bf92f3577b34da6a3ce929d0e0e4736', '2026-01-02T03:04:05.678Z', '1234567890123456789']
  expect([...wordsOf(texts)]).toEqual(texts.map((text) => text.toLowerCase()))
})

test('dots between two letters are looked at once each', () => {
  // These would take a minute if the time grew with the square of the length.
  const dots = Array.from({ length: 1_000 }, () => `a${'.'.repeat(7_000)}b`)
  expect(wordsOf(dots)).toEqual(new Set([`a${'.'.repeat(99)}`, 'a', 'b']))
})

test.each([
  ['declined', "'declined':*"],
  ['Card  7', "'card':* & '7'"],
  ['order-42', "('order-42':* | ('order' & '42'))"],
  ["it's \\", "('it''s':* | ('it' & 's'))"],
  [' !? ', undefined],
])('who looks for %j asks for %s', (wanted, query) => {
  expect(asTsquery(wanted)).toBe(query)
})

test('a text has the same words whether there is anything but ASCII in it or not', () => {
  const pieces = fc.constantFrom(
    'order',
    'Order',
    'XMLHttp',
    'a',
    'B',
    '7',
    '42',
    '-',
    '.',
    '@',
    '/',
    ' ',
    '\t',
    '\0',
    'dlt',
    'ABc',
  )
  const ascii = fc.oneof(
    fc.array(pieces).map((some) => some.join('')),
    fc.string({ unit: 'binary-ascii' }),
  )
  fc.assert(
    fc.property(ascii, (text) => {
      expect(wordsOf(['ß', text])).toEqual(wordsOf([`ß ${text}`]))
    }),
  )
})

test('of any texts there are at most a thousand words, none of them empty or longer than a hundred characters', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
      const words = [...wordsOf(texts)]
      expect(words.length).toBeLessThanOrEqual(1_000)
      for (const word of words) expect(word).not.toBe('')
      expect(asTsvector(new Set(words))).not.toContain('\0')
    }),
  )
})
