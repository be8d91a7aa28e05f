import { CancelOrder, OrderCancelled } from '@petrel/contracts'
import { transactionalHandler, type Tx } from '@petrel/messaging'

/** Sales cancels an order once. Whether it can still be kept from being shipped is for shipping to say. */
export const cancelOrder = transactionalHandler(CancelOrder, async ({ orderId }, { tx, publish }) => {
  const cancelledAt = new Date()
  const customerId = await cancel(orderId, cancelledAt, tx)
  if (customerId !== undefined) return publish(OrderCancelled({ orderId, customerId, cancelledAt }))

  const wasCancelledBefore = await exists(orderId, tx)
  if (wasCancelledBefore) return
  // Not Unrecoverable: PlaceOrder travels in another topic and may only be late.
  throw new Error(`There is no order ${orderId} to cancel yet. If PlaceOrder waits among the failed messages, replay it first.`)
})

/** @returns the customer, if there is such an order and it was not cancelled before. */
async function cancel(orderId: string, cancelledAt: Date, tx: Tx): Promise<string | undefined> {
  const [order] = await tx.query<{ customer_id: string }>(
    'update orders set cancelled_at = $2 where order_id = $1 and cancelled_at is null returning customer_id',
    [orderId, cancelledAt],
  )
  return order?.customer_id
}

const exists = async (orderId: string, tx: Tx): Promise<boolean> =>
  (await tx.query('select 1 from orders where order_id = $1', [orderId])).length > 0
