import { ProductListed } from '@petrel/contracts'
import { batchHandler } from '@petrel/messaging'
import { lockShelf, startCounting } from './shelf.ts'

/** Of a product that sales lists and that never arrived there are none, and that is known: it is sold out. */
export const countListedProduct = batchHandler(ProductListed, async (products, { tx, each }) => {
  const skus = products.map(({ data }) => data.sku)
  const added = await startCounting(skus, tx)
  const shelf = await lockShelf([...added], tx)
  each(({ data: { sku }, publish }) => {
    if (added.has(sku)) shelf.put([{ sku, quantity: 0 }], publish)
  })
  await shelf.save(tx)
})
