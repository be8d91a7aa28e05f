import { OrderRefunded, PointsRevoked } from '@petrel/contracts'
import { batchHandler } from '@petrel/messaging'
import { book, pointsFor } from './ledger.ts'

/**
 * Loyalty takes back the points of an order that is refunded. Counted from the amount and not from what was awarded: a
 * loyalty that reads the past may hear of the refund before the bill.
 */
export const revokePoints = batchHandler(OrderRefunded, async (orders, { tx, each }) => {
  const entries = orders.map(({ data: { orderId, customerId, amountCents }, message }) => {
    return { orderId, customerId, points: -pointsFor(amountCents), at: message.time }
  })
  const balances = await book('revoked', entries, tx)
  each(({ data: { orderId, customerId, amountCents }, publish }, index) => {
    const balance = balances[index]
    if (balance !== undefined) publish(PointsRevoked({ orderId, customerId, points: pointsFor(amountCents), balance }))
  })
})
