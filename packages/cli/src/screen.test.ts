import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable } from './printable.ts'
import { paint, type Screen, screen } from './screen.ts'

/** What a terminal of that width gets. */
async function written(columns: number | undefined, write: (out: Screen) => void): Promise<string> {
  const stream = Object.assign(new PassThrough(), columns === undefined ? {} : { columns })
  write(screen(stream))
  stream.end()
  return text(stream)
}

const nasty = 'Order\u001b[2J\u0007 \u009b31m is\r late\n\u202eton\u2069'
const escaped = 'Order\\u001b[2J\\u0007 \\u009b31m is\\u000d late\\u000a\\u202eton\\u2069'

test('control characters in any text are written out, and never obeyed', async () => {
  expect(await written(undefined, (out) => out.line('a ', paint('red', nasty)))).toBe(`a ${escaped}\n`)
  expect(await written(undefined, (out) => out.row(nasty))).toBe(`${escaped}\n`)
})

test('JSON means the same, and has no control character either', async () => {
  const value = { [nasty]: [nasty] }
  const json = await written(undefined, (out) => out.json(value))
  expect(JSON.parse(json)).toEqual(value)
  expect(json.replaceAll('\n', '')).toBe(printable(json.replaceAll('\n', '')))
})

test('whatever the text is, nothing that a terminal obeys comes out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (any) => {
      // oxlint-disable-next-line no-control-regex -- these are what it is about.
      expect(printable(any)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/)
    }),
    { numRuns: 1_000 },
  )
})

test('names in any language are shown as they are', () => {
  expect(printable('Zoë, Łukasz, 山田, עדה 🫖')).toBe('Zoë, Łukasz, 山田, עדה 🫖')
})

test('a row is cut at the width of the terminal, after its control characters were written out', async () => {
  expect(await written(10, (out) => out.row('\u001b[2J and more'))).toBe('\\u001b[2J…\n')
  expect(await written(10, (out) => out.row('ten letter'))).toBe('ten letter\n')
})
