import { OrderRefunded, PointsRevoked } from '@petrel/contracts'
import { transactionalHandler } from '@petrel/messaging'
import { book, pointsFor } from './ledger.ts'

/**
 * Loyalty takes back the points of an order that is refunded. Counted from the amount and not from what was awarded: a
 * loyalty that reads the past may hear of the refund before the bill.
 */
export const revokePoints = transactionalHandler(
  OrderRefunded,
  async ({ orderId, customerId, amountCents }, { message, tx, publish }) => {
    const points = pointsFor(amountCents)
    const balance = await book({ orderId, kind: 'revoked', customerId, points: -points, at: message.time }, tx)
    if (balance !== undefined) publish(PointsRevoked({ orderId, customerId, points, balance }))
  },
)
