import { RestockProduct } from '@petrel/contracts'
import { transactionalHandler, Unrecoverable } from '@petrel/messaging'
import { add, lockShelf, publishLevels } from './shelf.ts'

/** Pieces of a product arrived. */
export const restockProduct = transactionalHandler(RestockProduct, async ({ sku, quantity }, { tx, publish }) => {
  if (quantity <= 0) throw new Unrecoverable(`${quantity} pieces of ${sku} cannot arrive: a quantity is a whole number from 1.`)
  await lockShelf(tx)
  publishLevels(await add(sku, quantity, tx), publish)
})
