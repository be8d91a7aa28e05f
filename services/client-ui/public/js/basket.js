import { freshKey } from './api.js'
import { forget, recall, remember } from './memory.js'

const mostPieces = 1000

/** How many of a product can be ordered: what is there, as far as that is known. */
export const mostOf = ({ available }) => Math.min(available ?? mostPieces, mostPieces)

/** The basket of this tab, which survives a reload and an error: Map of sku → quantity. */
export function openBasket() {
  const saved = recall('basket', undefined)
  const lines = new Map(saved)
  let untouched = saved === undefined
  const keep = () => {
    remember('basket', [...lines])
    forget('attempt') // another basket is another order
  }
  return {
    lines,
    /** @returns how many it is now: not more than there are */
    set(product, wanted) {
      untouched = false
      const quantity = Math.min(wanted, mostOf(product))
      if (quantity <= 0) lines.delete(product.sku)
      else lines.set(product.sku, quantity)
      keep()
      return Math.max(quantity, 0)
    },
    /**
     * A fresh basket begins with one piece, so that one click can order; what is no longer there leaves it.
     * @returns the products of which there are fewer now than were in it
     */
    fit(products) {
      const fewer = products.filter((product) => (lines.get(product.sku) ?? 0) > mostOf(product))
      for (const product of fewer) this.set(product, mostOf(product))
      for (const sku of lines.keys()) if (!products.some((product) => product.sku === sku)) lines.delete(sku)
      this.begin(products)
      return fewer
    },
    begin(products) {
      const first = products.find(({ available }) => available === null || available > 0)
      if (!untouched || first === undefined) return
      lines.set(first.sku, 1)
      untouched = false
    },
    empty() {
      forget('basket')
      forget('attempt')
    },
  }
}

/** The key under which this very order is sent, and sent again after a failure: it is accepted once. */
export function attemptKey(order) {
  const body = JSON.stringify(order)
  const last = recall('attempt', undefined)
  if (last?.body === body) return last.key
  const key = freshKey()
  remember('attempt', { body, key })
  return key
}
