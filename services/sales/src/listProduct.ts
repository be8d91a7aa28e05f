import { ListProduct, ProductListed } from '@petrel/contracts'
import { transactionalHandler, Unrecoverable } from '@petrel/messaging'

/** Sales offers a product, or changes its name or price; orders already placed keep theirs. */
export const listProduct = transactionalHandler(ListProduct, async ({ sku, name, unitCents, currency }, { tx, publish }) => {
  if (unitCents < 0) throw new Unrecoverable(`${sku} cannot cost ${unitCents} ${currency} cents: a price is zero or more.`)
  await tx.query(
    `insert into products (sku, name, unit_cents, currency) values ($1, $2, $3, $4)
     on conflict (sku) do update set name = excluded.name, unit_cents = excluded.unit_cents, currency = excluded.currency`,
    [sku, name, unitCents, currency],
  )
  publish(ProductListed({ sku, name, unitCents, currency }))
})
