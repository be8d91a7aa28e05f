import { type OrderLine, OrderCancelled, OrderPlaced, PlaceOrder } from '@petrel/contracts'
import { batchHandler, table, type Tx } from '@petrel/messaging'
import { ordersAccepted } from './counters.ts'
import { type Offer, type Price, price } from './pricing.ts'

const orderLines = table('order_lines', { order_id: 'text', sku: 'text', quantity: 'integer', unit_cents: 'bigint' })

/**
 * Sales places an order and fixes its prices. An order that exists stays as it is, whoever asks again; one that its customer
 * cancelled before it came is not placed at all.
 */
export const placeOrder = batchHandler(PlaceOrder, async (messages, { tx, each }) => {
  const offers = await offersFor(
    messages.flatMap(({ data }) => data.lines),
    tx,
  )
  const priced = each(({ data, insert, publish, count }) => {
    const order = { ...data, ...price(data.orderId, data.lines, offers) }
    return { order, insert, publish, count }
  })
  const placedAt = new Date()
  const recorded = await record(
    priced.map(({ order }) => order),
    placedAt,
    tx,
  )
  for (const { order, insert, publish, count } of priced) {
    const { orderId, customerId } = order
    const cancelledAt = recorded.get(orderId)
    // The same order may come twice in a batch: only the first is placed.
    if (!recorded.delete(orderId)) continue
    if (cancelledAt) publish(OrderCancelled({ orderId, customerId, cancelledAt, wasPlaced: false }))
    else {
      for (const { sku, quantity, unitCents } of order.lines)
        insert(orderLines, { order_id: orderId, sku, quantity, unit_cents: unitCents })
      publish(OrderPlaced({ ...order, placedAt }))
      count(ordersAccepted)
    }
  }
})

const offersFor = (lines: readonly OrderLine[], tx: Tx) =>
  tx.query<Offer>('select sku, name, unit_cents as "unitCents", currency from products where sku = any($1) order by sku', [
    [...new Set(lines.map(({ sku }) => sku))],
  ])

type PricedOrder = Omit<PlaceOrder, 'lines'> & Price

/** @returns when each was cancelled, if that came first; nothing for an order that is there already */
async function record(orders: readonly PricedOrder[], placedAt: Date, tx: Tx): Promise<Map<string, Date | null>> {
  const firsts = [...new Map(orders.toReversed().map((order) => [order.orderId, order])).values()]
  const rows = await tx.query<{ orderId: string; cancelledAt: Date | null }>(
    `insert into orders (order_id, customer_id, email, total_cents, currency, placed_at)
     select order_id, customer_id, email, total_cents, currency, $6
     from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
       as new (order_id, customer_id, email, total_cents, currency) order by order_id
     on conflict (order_id) do update
     set customer_id = excluded.customer_id, email = excluded.email, total_cents = excluded.total_cents,
       currency = excluded.currency, placed_at = excluded.placed_at
     where orders.placed_at is null
     returning order_id as "orderId", cancelled_at as "cancelledAt"`,
    [
      firsts.map(({ orderId }) => orderId),
      firsts.map(({ customerId }) => customerId),
      firsts.map(({ email }) => email),
      firsts.map(({ totalCents }) => totalCents),
      firsts.map(({ currency }) => currency),
      placedAt,
    ],
  )
  return new Map(rows.map(({ orderId, cancelledAt }) => [orderId, cancelledAt]))
}
