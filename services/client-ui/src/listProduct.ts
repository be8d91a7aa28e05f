import { ProductListed } from '@petrel/contracts'
import { transactionalHandler } from '@petrel/messaging'

/** The catalogue shows the newest name and price, in whatever order they are heard. */
export const listProduct = transactionalHandler(ProductListed, async (product, { tx, message }) => {
  await tx.query(
    `insert into product (sku, name, unit_cents, currency, listed_at) values ($1, $2, $3, $4, $5)
     on conflict (sku) do update
     set name = excluded.name, unit_cents = excluded.unit_cents, currency = excluded.currency, listed_at = excluded.listed_at
     where product.listed_at <= excluded.listed_at`,
    [product.sku, product.name, product.unitCents, product.currency, message.time],
  )
})
