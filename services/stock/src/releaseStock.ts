import { ReleaseStock, StockReleased } from '@petrel/contracts'
import { batchHandler } from '@petrel/messaging'
import { lockShelf, release } from './shelf.ts'

/**
 * Stock puts back what it reserved for an order, once. Without a reservation there is nothing to do: shipping asks only
 * after it heard StockReserved, so none can still be on its way.
 */
export const releaseStock = batchHandler(ReleaseStock, async (orders, { tx, each }) => {
  const released = await release(
    orders.map(({ data }) => data.orderId),
    new Date(),
    tx,
  )
  const shelf = await lockShelf(
    [...released.values()].flat().map(({ sku }) => sku),
    tx,
  )
  each(({ data: { orderId, reason }, publish }) => {
    const lines = released.get(orderId)
    if (lines === undefined) return
    released.delete(orderId)
    shelf.put(lines, publish)
    publish(StockReleased({ orderId, reason }))
  })
  await shelf.save(tx)
})
