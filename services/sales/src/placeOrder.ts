import { OrderPlaced, PlaceOrder } from '@petrel/contracts'
import { transactionalHandler, table, type Tx } from '@petrel/messaging'
import { type Offer, type Price, price } from './pricing.ts'

const orderLines = table('order_lines', { order_id: 'text', sku: 'text', quantity: 'integer', unit_cents: 'bigint' })

/** Sales accepts an order and fixes its prices. An order that exists stays as it is, whoever asks again. */
export const placeOrder = transactionalHandler(PlaceOrder, async (order, { tx, insert, publish }) => {
  const { orderId, customerId, email } = order
  const { lines, totalCents, currency } = price(orderId, order.lines, await offersFor(order, tx))

  const placedAt = new Date()
  const isNew = await accept(order, { lines, totalCents, currency }, placedAt, tx)
  if (!isNew) return

  for (const { sku, quantity, unitCents } of lines)
    insert(orderLines, { order_id: orderId, sku, quantity, unit_cents: unitCents })
  publish(OrderPlaced({ orderId, customerId, email, lines, totalCents, currency, placedAt }))
})

const offersFor = (order: PlaceOrder, tx: Tx) =>
  tx.query<Offer>('select sku, unit_cents as "unitCents", currency from products where sku = any($1) order by sku', [
    order.lines.map((line) => line.sku),
  ])

/**
 * Not `insert`, whose rows are written when the whole batch is decided: the same order sent twice under two message ids
 * would meet the primary key there. This way the second finds the first, even within one batch.
 */
async function accept(order: PlaceOrder, { totalCents, currency }: Price, placedAt: Date, tx: Tx): Promise<boolean> {
  const inserted = await tx.query(
    `insert into orders (order_id, customer_id, email, total_cents, currency, placed_at)
     values ($1, $2, $3, $4, $5, $6) on conflict (order_id) do nothing returning order_id`,
    [order.orderId, order.customerId, order.email, totalCents, currency, placedAt],
  )
  return inserted.length > 0
}
