import { OrderCancelled, OrderPlaced, PlaceOrder } from '@petrel/contracts'
import { transactionalHandler, table, type Tx } from '@petrel/messaging'
import { type Offer, type Price, price } from './pricing.ts'

const orderLines = table('order_lines', { order_id: 'text', sku: 'text', quantity: 'integer', unit_cents: 'bigint' })

/**
 * Sales places an order and fixes its prices. An order that exists stays as it is, whoever asks again; one that its customer
 * cancelled before it came is not placed at all.
 */
export const placeOrder = transactionalHandler(PlaceOrder, async (order, { tx, insert, publish }) => {
  const { orderId, customerId, email, acceptedAt } = order
  const { lines, totalCents, currency } = price(orderId, order.lines, await offersFor(order, tx))

  const placedAt = new Date()
  const recorded = await record(order, { lines, totalCents, currency }, placedAt, tx)
  if (recorded === undefined) return
  const { cancelledAt } = recorded
  if (cancelledAt !== null) return publish(OrderCancelled({ orderId, customerId, cancelledAt, wasPlaced: false }))

  for (const { sku, quantity, unitCents } of lines)
    insert(orderLines, { order_id: orderId, sku, quantity, unit_cents: unitCents })
  publish(OrderPlaced({ orderId, customerId, email, lines, totalCents, currency, placedAt, acceptedAt }))
})

const offersFor = (order: PlaceOrder, tx: Tx) =>
  tx.query<Offer>('select sku, name, unit_cents as "unitCents", currency from products where sku = any($1) order by sku', [
    order.lines.map((line) => line.sku),
  ])

/**
 * Not `insert`, whose rows are written when the whole batch is decided: the same order sent twice under two message ids
 * would meet the primary key there. This way the second finds the first, even within one batch.
 * @returns when it was cancelled, if that came first; undefined for an order that is there already
 */
async function record(
  order: PlaceOrder,
  { totalCents, currency }: Price,
  placedAt: Date,
  tx: Tx,
): Promise<{ cancelledAt: Date | null } | undefined> {
  const [recorded] = await tx.query<{ cancelledAt: Date | null }>(
    `insert into orders (order_id, customer_id, email, total_cents, currency, placed_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (order_id) do update
     set customer_id = excluded.customer_id, email = excluded.email, total_cents = excluded.total_cents,
       currency = excluded.currency, placed_at = excluded.placed_at
     where orders.placed_at is null
     returning cancelled_at as "cancelledAt"`,
    [order.orderId, order.customerId, order.email, totalCents, currency, placedAt],
  )
  return recorded
}
