import { freshKey } from './api.js'
import { forget, recall, remember } from './memory.js'

const mostPieces = 1000

/** The basket of this tab, which survives a reload and an error: Map of sku → quantity. */
export function openBasket() {
  const saved = recall('basket', undefined)
  const lines = new Map(saved)
  let untouched = saved === undefined
  return {
    lines,
    set(sku, quantity) {
      untouched = false
      if (quantity <= 0) lines.delete(sku)
      else lines.set(sku, Math.min(quantity, mostPieces))
      remember('basket', [...lines])
      forget('attempt') // another basket is another order
    },
    /** A fresh basket begins with one piece, so that one click can order; what is no longer sold leaves it. */
    fit(products) {
      for (const sku of lines.keys()) if (!products.some((product) => product.sku === sku)) lines.delete(sku)
      const first = products.find(({ available }) => available > 0)
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
