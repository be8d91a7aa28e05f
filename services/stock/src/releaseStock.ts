import { ReleaseStock, StockReleased } from '@petrel/contracts'
import { transactionalHandler } from '@petrel/messaging'
import { lockShelf, publishLevels, putBack } from './shelf.ts'

/**
 * Stock puts back what it reserved for an order, once. Without a reservation there is nothing to do: shipping asks only
 * after it heard StockReserved, so none can still be on its way.
 */
export const releaseStock = transactionalHandler(ReleaseStock, async ({ orderId, reason }, { tx, publish }) => {
  await lockShelf(tx)
  const levels = await putBack(orderId, new Date(), tx)
  if (levels.length === 0) return
  publish(StockReleased({ orderId, reason }))
  publishLevels(levels, publish)
})
