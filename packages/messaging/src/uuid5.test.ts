import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { uuid5, uuid5Bytes } from './uuid5.ts'

const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'

test('a name in the DNS namespace has the UUID that RFC 9562 gives as its example', () => {
  expect(uuid5(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2')
})

test('as text and as bytes it is the same', () => {
  const namespace = Buffer.from(dns.replaceAll('-', ''), 'hex')
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme', minLength: 2_000, maxLength: 3_000 })),
      (name) => {
        expect(uuid5(dns, name).replaceAll('-', '')).toBe(uuid5Bytes(namespace, name).toString('hex'))
      },
    ),
  )
})
