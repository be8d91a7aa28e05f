import { expect, test } from 'vitest'
import { audit } from './audit.ts'
import type { Entry } from '../../targets.ts'
import type { HouseBooks, KnownOrder } from './readBooks.ts'

const shipped: KnownOrder = { orderId: '1', at: 0, told: 'yes', status: 'shipped' }
const failed: KnownOrder = { orderId: '1', at: 0, told: 'no', status: 'failed' }
const one: readonly Entry[] = [{ orderId: '1', at: 0 }]
const two = [...one, ...one]
const none: readonly Entry[] = []

/** The books of an order that went well, but for what is given. */
const books = (order: KnownOrder, changed: Partial<HouseBooks> = {}): HouseBooks => ({
  orders: [order],
  billed: one,
  charged: one,
  refunded: none,
  reserved: one,
  points: one,
  shipped: one,
  mailed: one,
  ...changed,
})

test('an order with each effect once is in order', () => {
  expect(audit(books(shipped))).toMatchObject({ told: { yes: 1 }, inOrder: 1, chargedForNothing: 0 })
})

test('a customer who was told yes and has no mail has lost something', () => {
  expect(audit(books(shipped, { mailed: none }))).toMatchObject({ inOrder: 0, missing: { mailed: 1, points: 0 } })
})

test('a customer who was told no and is charged has lost money, until it is given back', () => {
  const charged = { reserved: none, points: none, shipped: none, mailed: none }
  expect(audit(books(failed, charged))).toMatchObject({ told: { no: 1 }, chargedForNothing: 1, shippedForNothing: 0 })
  expect(audit(books(failed, { ...charged, refunded: one }))).toMatchObject({ chargedForNothing: 0 })
})

test('so has one who was told nothing', () => {
  expect(audit(books({ ...failed, told: null, status: null }))).toMatchObject({ told: { nothing: 1 }, chargedForNothing: 1 })
})

test('charged twice is twice, whatever the customer was told, and not in order', () => {
  expect(audit(books(shipped, { charged: two }))).toMatchObject({ inOrder: 0, twice: { charged: 1, mailed: 0 } })
  expect(audit(books(failed, { charged: two }))).toMatchObject({ twice: { charged: 1 } })
})

test('who was charged twice and has the money back once still misses some', () => {
  expect(audit(books(failed, { charged: two, refunded: one }))).toMatchObject({ chargedForNothing: 1 })
})

test('pieces that lie reserved for an order that failed are nobody’s', () => {
  expect(audit(books(failed))).toMatchObject({ reservedForNothing: 1, shippedForNothing: 1 })
  expect(audit(books(failed, { reserved: none }))).toMatchObject({ reservedForNothing: 0 })
})

test('a card that was declined is an answer: nothing is missing', () => {
  const declined = audit(
    books({ ...shipped, status: 'declined' }, { charged: none, reserved: none, points: none, shipped: none, mailed: none }),
  )
  expect(declined).toMatchObject({ told: { yes: 1 }, missing: { charged: 0, mailed: 0 }, inOrder: 0 })
})
