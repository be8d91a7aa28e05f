import { ProductListed } from '@petrel/contracts'
import { transactionalHandler } from '@petrel/messaging'
import { lockShelf, publishLevels, startCounting } from './shelf.ts'

/** Of a product that sales lists and that never arrived there are none, and that is known: it is sold out. */
export const countListedProduct = transactionalHandler(ProductListed, async ({ sku }, { tx, publish }) => {
  await lockShelf(tx)
  publishLevels(await startCounting(sku, tx), publish)
})
