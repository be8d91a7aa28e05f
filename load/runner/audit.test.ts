import { expect, test } from 'vitest'
import type { Books } from '../targets.ts'
import { auditOf, isSettled } from './audit.ts'

const entries = (ids: readonly string[], at = 0) => ids.map((orderId) => ({ orderId, at }))

/** Every order has every effect. */
function booksOf(ids: readonly string[]): Books {
  const all = entries(ids)
  return { accepted: all, billed: all, charged: all, shipped: all, mailed: all, points: all }
}

const answers = (accepted: number, unclear = 0) => ({ accepted, unclear, refused: 0 })

test('orders that have every effect once: nothing is missing, and nothing is there twice', () => {
  const books = booksOf(['1', '2', '3'])
  expect(auditOf(books, answers(3), 40)).toMatchObject({ orders: 3, missing: 0, twice: 0, unasked: 0 })
  expect(isSettled(books, answers(3))).toBe(true)
})

test('an order that was billed and not shipped lacks an effect', () => {
  const books = { ...booksOf(['1', '2']), shipped: entries(['1']) }
  expect(auditOf(books, answers(2), 40)).toMatchObject({ missing: 1 })
  expect(isSettled(books, answers(2))).toBe(false)
})

test('an order that the page accepted, and that is in no book, is missing', () => {
  expect(auditOf(booksOf(['1']), answers(2), 40)).toMatchObject({ orders: 1, missing: 1 })
})

test('a card that was charged for an order that nobody wrote down lacks all the rest', () => {
  const books = { ...booksOf(['1']), charged: entries(['1', 'lost']) }
  expect(auditOf(books, answers(1), 40)).toMatchObject({ orders: 2, missing: 1, unasked: 1 })
})

test('an order that was charged twice and mailed three times is counted for each time too often', () => {
  const books = { ...booksOf(['1', '2']), charged: entries(['1', '1', '2']), mailed: entries(['1', '2', '2', '2']) }
  expect(auditOf(books, answers(2), 40)).toMatchObject({ missing: 0, twice: 3 })
})

test('an order without an answer may have been placed; one more than that was not asked for', () => {
  expect(auditOf(booksOf(['1', '2']), answers(1, 1), 40)).toMatchObject({ missing: 0, unasked: 0 })
  expect(auditOf(booksOf(['1', '2', '3']), answers(1, 1), 40)).toMatchObject({ unasked: 1 })
})

test('the drain is from the last order that was accepted to the last one that was billed, against what the gateway needs', () => {
  const ids = Array.from({ length: 80 }, (_, id) => String(id))
  const books = {
    ...booksOf(ids),
    accepted: ids.map((orderId, at) => ({ orderId, at })),
    billed: ids.map((orderId, at) => ({ orderId, at: 79 + (at + 1) * 30 })),
  }
  expect(auditOf(books, answers(80), 40).drain).toEqual({ waiting: 80, seconds: 2.4, neededSeconds: 2, ratio: 1.2 })
  expect(auditOf(books, answers(80), null).drain).toMatchObject({ waiting: 80, neededSeconds: undefined, ratio: 0 })
})

test('where everything is billed when the last order has come there is nothing to drain', () => {
  expect(auditOf(booksOf(['1']), answers(1), 40).drain).toEqual({ waiting: 0, seconds: 0, neededSeconds: 0, ratio: 0 })
})
