import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { headerKind, maskHeaders } from './headers.ts'
import { hidden, maskText, textMask } from './text.ts'

const addresses: [string, string][] = [
  ['ada@example.org has moved', `${hidden} has moved`],
  ['to <ada.lovelace+tea@mail.example.co.uk>, and', `to <${hidden}>, and`],
  ['GET http://gateway/charges?email=ada%40example.org failed', `GET http://gateway/charges?email=${hidden} failed`],
  ['zoë@exämple.org', hidden],
]
test.for(addresses)('%s has an address, which is hidden', ([text, without]) => {
  expect(maskText(text)).toBe(without)
})

const others = [
  'at file:///srv/node_modules/@petrel/messaging/src/run.ts:12:7',
  'at /srv/node_modules/.pnpm/koa@3.3.0/node_modules/koa/lib/application.js:1:2',
  'the order o-1 @ 12:30',
  'an @ alone',
]
test.for(others)('%s has no address', (text) => {
  expect(maskText(text)).toBe(text)
})

test('short values are hidden as words, longer ones wherever they stand, in capitals or not', () => {
  expect(maskText('Bo lives by the Bosporus, says BO', ['Bo'])).toBe(`${hidden} lives by the Bosporus, says ${hidden}`)
  expect(maskText('x-lovelace-1', ['Lovelace'])).toBe(`x-${hidden}-1`)
})

test('of a long value that an error has cut its beginning is hidden', () => {
  const value = 'Ockham Park, East Horsley, Surrey, beyond the second mill'
  expect(maskText(`cannot find '${value.slice(0, 40)}'... more`, [value])).toBe(`cannot find '${hidden}'... more`)
})

test('a value is hidden also as it is written within JSON and within the address of a page', () => {
  expect(maskText(String.raw`{"to":"Ada \"the\" Countess"} /to/Ada%20%22the%22%20Countess`, ['Ada "the" Countess'])).toBe(
    `{"to":"${hidden}"} /to/${hidden}`,
  )
})

test('any text with any values is answered in time, and none of the values remains', () => {
  const values = fc.array(
    fc.string({ unit: 'grapheme', minLength: 5, maxLength: 60 }).filter((text) => text.trim().length >= 5),
    {
      maxLength: 4,
    },
  )
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), values, (text, personal) => {
      const quoting = maskText(`${text} ${personal.join(' and ')} ${text}`, personal)
      for (const value of personal) expect(quoting).not.toContain(value.trim())
    }),
  )
  // Each of these would take minutes if the time grew with the square of the length.
  for (const text of ['a'.repeat(500_000), 'a@'.repeat(250_000), 'a@a.'.repeat(125_000)]) maskText(text, ['Lovelace'])
})

test('of many people in one message everybody is hidden, and it takes no longer for each', () => {
  // It would take minutes if the time grew with the square of their number.
  const people = Array.from({ length: 50_000 }, (_, at) => `${at % 2 === 0 ? 'Ada' : 'Bo'} ${at}`)
  const mask = textMask(['Jo', 'Al', ...people])
  for (const person of people) expect(mask(`no mailbox for ${person}, Jo`)).toBe(`no mailbox for ${hidden}, ${hidden}`)
  expect(mask('Joan of Almond')).toBe('Joan of Almond')
})

test('headers of the bus are locked, and secrets are hidden', () => {
  expect(['ce_id', 'petrel-replay-of', 'CONTENT-TYPE', 'kafka_dlt-original-topic'].map(headerKind)).toEqual(
    Array.from({ length: 4 }, () => 'locked'),
  )
  expect(['Authorization', 'x-api-key', 'session-id', 'x-access-token'].map(headerKind)).toEqual(
    Array.from({ length: 4 }, () => 'sensitive'),
  )
  expect(headerKind('x-campaign')).toBe('own')
  const headers = [
    { name: 'x-token', value: 'abc', kind: 'sensitive' },
    { name: 'petrel-error-message', value: 'no mailbox ada@example.org', kind: 'locked' },
  ] as const
  expect(maskHeaders(headers)).toEqual([
    { name: 'x-token', value: hidden, kind: 'sensitive' },
    { name: 'petrel-error-message', value: `no mailbox ${hidden}`, kind: 'locked' },
  ])
})
