import { RestockProduct } from '@petrel/contracts'
import { batchHandler, Unrecoverable } from '@petrel/messaging'
import { lockShelf, startCounting } from './shelf.ts'

/** Pieces of a product arrived. */
export const restockProduct = batchHandler(RestockProduct, async (arrivals, { tx, each }) => {
  each(({ data: { sku, quantity } }) => {
    if (quantity <= 0) throw new Unrecoverable(`${quantity} pieces of ${sku} cannot arrive: a quantity is a whole number from 1.`)
  })
  const skus = arrivals.map(({ data }) => data.sku)
  await startCounting(skus, tx)
  const shelf = await lockShelf(skus, tx)
  each(({ data, publish }) => shelf.put([data], publish))
  await shelf.save(tx)
})
