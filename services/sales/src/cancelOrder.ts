import { CancelOrder, OrderCancelled } from '@petrel/contracts'
import { transactionalHandler, type Tx } from '@petrel/messaging'

/** As long as a PlaceOrder may still come from its topic. */
const rememberDays = 30

/**
 * Sales cancels an order once. Whether it can still be kept from being shipped is for shipping to say. An order that sales
 * does not know is no failure: PlaceOrder may only be late, so the wish is remembered and `placeOrder` grants it; when no
 * order ever comes, the wish is forgotten.
 */
export const cancelOrder = transactionalHandler(CancelOrder, async ({ orderId }, { tx, publish }) => {
  const cancelledAt = new Date()
  const cancelled = await cancel(orderId, cancelledAt, tx)
  if (cancelled === undefined) return
  if (cancelled.customerId === null) return forgetOldWishes(cancelledAt, tx)
  publish(OrderCancelled({ orderId, customerId: cancelled.customerId, cancelledAt, wasPlaced: true }))
})

/** @returns whose order it is, null when it is not placed yet; undefined when it was cancelled before. */
async function cancel(orderId: string, cancelledAt: Date, tx: Tx): Promise<{ customerId: string | null } | undefined> {
  const [order] = await tx.query<{ customerId: string | null }>(
    `insert into orders (order_id, cancelled_at) values ($1, $2)
     on conflict (order_id) do update set cancelled_at = excluded.cancelled_at where orders.cancelled_at is null
     returning customer_id as "customerId"`,
    [orderId, cancelledAt],
  )
  return order
}

async function forgetOldWishes(now: Date, tx: Tx): Promise<void> {
  await tx.query('delete from orders where placed_at is null and cancelled_at < $1::timestamptz - make_interval(days => $2)', [
    now,
    rememberDays,
  ])
}
