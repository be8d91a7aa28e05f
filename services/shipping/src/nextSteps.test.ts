import { expect, test } from 'vitest'
import { isSettled, nextSteps, nothingHeard, type Shipping, waitingFor } from './nextSteps.ts'

const lines = [{ sku: 'green-tea', quantity: 2 }]
const order = (heard: Partial<Shipping>): Shipping => ({ ...nothingHeard(), lines, ...heard })
const billed = { payment: 'billed' } as const
const declined = { payment: 'declined', calledOff: 'declined' } as const
const reserved = { stock: 'reserved' } as const
const rejected = { stock: 'rejected', calledOff: 'rejected' } as const
const cancelled = { calledOff: 'cancelled' } as const

test.each<[string, Shipping, ReturnType<typeof nextSteps>]>([
  ['placed', order({}), []],
  ['placed and billed', order({ ...billed }), []],
  ['placed and reserved', order({ ...reserved }), []],
  ['billed and reserved, and not yet known to be placed', order({ ...billed, ...reserved, lines: null }), []],
  ['placed, billed and reserved', order({ ...billed, ...reserved }), ['ship']],
  ['shipped', order({ ...billed, ...reserved, asked: ['ship'] }), []],
  ['cancelled after it was shipped', order({ ...billed, ...reserved, ...cancelled, asked: ['ship'] }), []],
  ['declined, before stock has answered', order({ ...declined }), []],
  ['declined and reserved', order({ ...declined, ...reserved }), ['release']],
  ['declined and rejected', order({ ...declined, ...rejected }), []],
  ['rejected, before billing has answered', order({ ...rejected }), []],
  ['rejected and billed', order({ ...rejected, ...billed }), ['refund']],
  ['rejected and refunded', order({ ...rejected, ...billed, asked: ['refund'] }), []],
  ['cancelled before anybody has answered', order({ ...cancelled }), []],
  ['cancelled and billed', order({ ...cancelled, ...billed }), ['refund']],
  ['cancelled, billed and reserved', order({ ...cancelled, ...billed, ...reserved }), ['refund', 'release']],
  ['cancelled before it was charged', order({ ...cancelled, payment: 'cancelled' }), []],
  ['cancelled before it was charged, and reserved', order({ ...cancelled, payment: 'cancelled', ...reserved }), ['release']],
  ['cancelled, refunded and then reserved', order({ ...cancelled, ...billed, ...reserved, asked: ['refund'] }), ['release']],
])('an order that is %s', (_, heard, steps) => {
  expect(nextSteps(heard)).toEqual(steps)
})

test('a called-off order is not settled before billing and stock have answered: there may be something to undo', () => {
  expect(isSettled(order({ ...cancelled }))).toBe(false)
  expect(isSettled(order({ ...cancelled, ...billed }))).toBe(false)
  expect(isSettled(order({ ...cancelled, ...billed, ...rejected }))).toBe(true)
  expect(isSettled(order({ ...cancelled, payment: 'cancelled', ...reserved }))).toBe(true)
})

test('an order that is to be shipped is settled', () => {
  expect(isSettled(order({ ...billed, ...reserved }))).toBe(false)
  expect(isSettled(order({ ...billed, ...reserved, asked: ['ship'] }))).toBe(true)
})

test('an order waits for what it has not heard, and for nothing once it is called off', () => {
  expect(waitingFor(order({}))).toEqual(['OrderBilled', 'StockReserved'])
  expect(waitingFor(order({ ...billed }))).toEqual(['StockReserved'])
  expect(waitingFor(order({ ...cancelled }))).toEqual([])
})
