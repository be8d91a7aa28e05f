import { expect, test } from 'vitest'
import { attachment } from './attachment.ts'

test('what is attached to an object is found there, and nowhere else', () => {
  const [one, other] = [attachment<object, string>(), attachment<object, string>()]
  const record = { topic: 'sales.order-placed' }
  expect(one.of(record)).toBeUndefined()
  one.attach(record, 'a')
  one.attach(record, 'b')
  expect(one.of(record)).toBe('b')
  expect(other.of(record)).toBeUndefined()
  expect(one.of({ ...record })).toBeUndefined()
  expect(record).toStrictEqual({ topic: 'sales.order-placed' })
  one.detach(record)
  expect(one.of(record)).toBeUndefined()
})
