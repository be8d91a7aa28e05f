import { assert, property, string, uuid } from 'fast-check'
import { expect, test } from 'vitest'
import { inboxId } from './inboxId.ts'

const versionFive = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('a UUID of any version is its own inbox key, however it is written', () => {
  assert(
    property(uuid(), (id) => {
      expect(inboxId(id)).toBe(id)
      expect(inboxId(id.toUpperCase())).toBe(id)
    }),
  )
})

test('any other text gets a UUID that is always the same', () => {
  assert(
    property(string({ unit: 'binary' }), (text) => {
      expect(inboxId(text)).toMatch(versionFive)
      expect(inboxId(text)).toBe(inboxId(text))
    }),
  )
})

test('different texts get different UUIDs, also when they differ only in case or space', () => {
  assert(
    property(string({ unit: 'grapheme' }), string({ unit: 'grapheme' }), (one, other) => {
      expect(inboxId(one) === inboxId(other)).toBe(one === other)
    }),
  )
  expect(new Set(['order', 'Order', ' order', 'order ', ''].map(inboxId)).size).toBe(5)
})

test('the mapping never changes, or what was handled before an upgrade would be handled again', () => {
  expect(inboxId('order-17')).toBe('0d54c994-83b8-5f9a-a470-754a4ee509d6')
})
