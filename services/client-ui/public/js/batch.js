/** Orders placed as one batch: after a mass e-mail many customers come at once. The page and `batchOrderId` count alike. */
export const batchSize = 100

/** The n-th of them (0, 1, …): a customer of its own, with an address of its own in the same mailbox, and one piece. */
export function batchOrder({ customerId, email }, place, sku) {
  const at = email.lastIndexOf('@')
  return {
    customerId: `${customerId}-${place + 1}`,
    email: `${email.slice(0, at)}+${place + 1}${email.slice(at)}`,
    lines: [{ sku, quantity: 1 }],
  }
}

/** One piece after the other, of each product as many as there are; when nothing is left, again: somebody is always too late. */
export function skusInStock(products, count) {
  const left = new Map(products.map(({ sku, available }) => [sku, available ?? Infinity]))
  const sold = products.filter(({ sku }) => left.get(sku) > 0)
  const skus = []
  while (skus.length < count && sold.length > 0) {
    const inStock = sold.filter(({ sku }) => left.get(sku) > 0)
    for (const { sku } of inStock.length > 0 ? inStock : sold) {
      left.set(sku, left.get(sku) - 1)
      skus.push(sku)
    }
  }
  return skus.slice(0, count)
}
