import { OrderBilled, PointsAwarded } from '@petrel/contracts'
import { transactionalHandler } from '@petrel/messaging'
import { book, pointsFor } from './ledger.ts'

/** Loyalty awards points for an order that is billed. */
export const awardPoints = transactionalHandler(
  OrderBilled,
  async ({ orderId, customerId, amountCents, billedAt }, { tx, publish }) => {
    const points = pointsFor(amountCents)
    const balance = await book({ orderId, kind: 'awarded', customerId, points, at: billedAt }, tx)
    if (balance !== undefined) publish(PointsAwarded({ orderId, customerId, points, balance }))
  },
)
