import { join } from 'node:path'
import type { PlaceOrder } from '@petrel/contracts'
import type { startOwnStack } from '../../test/support/oneStack.ts'
import type { openShop, wholeJourney } from '../../test/support/shop.ts'

/** The modules of a checkout with which its shop is opened. */
export interface Checkout {
  readonly openShop: typeof openShop
  readonly wholeJourney: typeof wholeJourney
  readonly startOwnStack: typeof startOwnStack
  readonly PlaceOrder: typeof PlaceOrder
}

/** This clone. */
export const thisCheckout = join(import.meta.dirname, '../..')

/**
 * The shop of a folder, which may be a checkout of an older commit. The same bench then drives and measures both, so that what
 * differs is the shop: the `bench/orders.ts` of older commits asks the page again and again whether orders are done, and the
 * page pays an eighth of all CPU for it. One checkout a process: Vitest, which their modules load, cannot be there twice.
 */
export async function loadCheckout(folder: string): Promise<Checkout> {
  const load = (file: string): Promise<unknown> => import(join(folder, file))
  const files = ['test/support/shop.ts', 'test/support/oneStack.ts', 'packages/contracts/src/index.ts']
  return Object.assign({}, ...(await Promise.all(files.map(load)))) as Checkout
}
