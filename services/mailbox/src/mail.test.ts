import { expect, test } from 'vitest'
import { keysOf, toLine } from './mail.ts'

const keysOfMail = (raw: string) =>
  keysOf(Buffer.from(toLine({ from: 'shop@petrel.example', to: [], at: '2026-03-01T10:00:00Z', raw: Buffer.from(raw) })))

test('a mail is about the order that its header names, whatever its case, also when the header goes on in the next line', () => {
  expect(keysOfMail('Subject: Tea\r\nX-Order-Id: 42 \r\n\r\nX-Order-Id: 43')).toEqual(['about 42'])
  expect(keysOfMail('x-order-id:\r\n 42\r\n\r\n')).toEqual(['about 42'])
})

test('a header that names none is not about what the next one says', () => {
  expect(keysOfMail('X-Order-Id:\r\nSubject: Tea\r\n\r\n')).toEqual([])
})

test('a header of a megabyte is read in a moment', () => {
  // It would take hours if the time grew with the square of the length.
  const long = `4${' '.repeat(1_000_000)}2`
  expect(keysOfMail(`X-Order-Id: ${long}\r\n\r\n`)).toEqual([`about ${long}`])
})
