import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isDeclined, mishap } from './chance.ts'

test('an order whose card is declined is declined whenever one asks', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.double({ min: 0, max: 1, noNaN: true }), (orderId, rate) => {
      expect(isDeclined(orderId, rate)).toBe(isDeclined(orderId, rate))
    }),
  )
})

test('no card is declined at a rate of 0, and every card at 1', () => {
  fc.assert(
    fc.property(fc.uuid(), (orderId) => {
      expect(isDeclined(orderId, 0)).toBe(false)
      expect(isDeclined(orderId, 1)).toBe(true)
    }),
  )
})

test('about as many cards are declined as the rate says', () => {
  const declined = Array.from({ length: 10_000 }, (_, n) => `order-${n}`).filter((orderId) => isDeclined(orderId, 0.1))
  expect(declined.length).toBeGreaterThan(850)
  expect(declined.length).toBeLessThan(1_150)
})

test('half of the failures come after the money has moved', () => {
  expect([0, 0.19, 0.2, 0.39, 0.4, 0.99].map((draw) => mishap(draw, 0.4))).toEqual([
    'fails after',
    'fails after',
    'fails before',
    'fails before',
    'none',
    'none',
  ])
})
