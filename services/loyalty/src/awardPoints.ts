import { OrderBilled, PointsAwarded } from '@petrel/contracts'
import { batchHandler } from '@petrel/messaging'
import { book, pointsFor } from './ledger.ts'

/** Loyalty awards points for an order that is billed. */
export const awardPoints = batchHandler(OrderBilled, async (orders, { tx, each }) => {
  const entries = orders.map(({ data: { orderId, customerId, amountCents, billedAt } }) => {
    return { orderId, customerId, points: pointsFor(amountCents), at: billedAt }
  })
  const balances = await book('awarded', entries, tx)
  each(({ data: { orderId, customerId, amountCents }, publish }, index) => {
    const balance = balances[index]
    if (balance !== undefined) publish(PointsAwarded({ orderId, customerId, points: pointsFor(amountCents), balance }))
  })
})
