import { assert, constantFrom, infiniteStream, nat, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { statusOf } from './status.ts'

const table: readonly [status: string, ...heard: string[]][] = [
  ['accepted'],
  ['accepted', 'CustomerNotified'],
  ['placed', 'OrderPlaced'],
  ['placed', 'StockReserved'],
  ['placed', 'OrderPlaced', 'OrderBilled', 'PointsAwarded'],
  ['delayed', 'OrderPlaced', 'OrderBilled', 'ShipmentDelayed'],
  ['shipped', 'OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped'],
  ['shipped', 'OrderPlaced', 'OrderBilled', 'StockReserved', 'ShipmentDelayed', 'OrderShipped'],
  ['shipped', 'OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped', 'OrderCancelled'],
  ['declined', 'OrderPlaced', 'StockReserved', 'PaymentDeclined', 'StockReleased', 'CustomerNotified'],
  ['declined', 'OrderPlaced', 'StockReservationRejected', 'PaymentDeclined'],
  ['rejected', 'OrderPlaced', 'OrderBilled', 'StockReservationRejected'],
  ['refunded', 'OrderPlaced', 'OrderBilled', 'StockReservationRejected', 'OrderRefunded', 'PointsRevoked'],
  ['cancelled', 'OrderPlaced', 'OrderCancelled'],
  ['cancelled', 'OrderPlaced', 'OrderBilled', 'ShipmentDelayed', 'OrderCancelled'],
  ['cancelled', 'OrderCancelled'],
  ['cancelled', 'OrderPlaced', 'OrderCancelled', 'PaymentCancelled', 'StockReserved', 'StockReleased', 'CustomerNotified'],
  ['cancelled', 'OrderPlaced', 'OrderBilled', 'OrderCancelled', 'OrderRefunded', 'PointsRevoked'],
]

describe('the status of an order', () => {
  test.each(table.map(([status, ...heard]) => ({ status, heard })))('is $status after $heard', ({ status, heard }) => {
    expect(statusOf(heard)).toBe(status)
  })

  test('does not depend on the order of arrival, nor on what comes twice', () => {
    assert(
      property(constantFrom(...table), infiniteStream(nat()), ([status, ...heard], numbers) => {
        const shuffled = [...heard, ...heard]
          .map((type) => ({ type, rank: numbers.next().value }))
          .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
        expect(statusOf(shuffled.map(({ type }) => type))).toBe(status)
      }),
    )
  })

  test('is not changed by an event nobody here knows', () => {
    expect(statusOf(['OrderPlaced', 'GiftWrapped'])).toBe('placed')
  })
})
