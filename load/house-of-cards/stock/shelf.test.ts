import { expect, test } from 'vitest'
import { shelfOf } from './shelf.ts'

test('an order has everything it asks for, or nothing of it', () => {
  const shelf = shelfOf(
    new Map([
      ['tea', 5],
      ['cup', 1],
    ]),
  )
  expect(
    shelf.take([
      { sku: 'tea', quantity: 2 },
      { sku: 'cup', quantity: 2 },
    ]),
  ).toEqual(['cup'])
  expect(shelf.taken()).toEqual([])
})

test('orders that come together do not take the last piece twice', () => {
  const shelf = shelfOf(new Map([['cup', 1]]))
  const lines = [{ sku: 'cup', quantity: 1 }]
  expect([shelf.take(lines), shelf.take(lines)]).toEqual([[], ['cup']])
  expect(shelf.taken()).toEqual([{ sku: 'cup', quantity: 1 }])
})

test('what is not sold here is missing', () => {
  expect(shelfOf(new Map()).take([{ sku: 'rainbow', quantity: 1 }])).toEqual(['rainbow'])
})
