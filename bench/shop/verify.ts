import type { Shop } from '../../test/support/shop.ts'
import type { PlacedOrder } from './placing.ts'

/** A run counts only when nothing was lost, failed or done twice. @throws Error saying what was */
export async function verify(shop: Shop, placed: readonly PlacedOrder[]): Promise<void> {
  const ids = new Set(placed.map(({ orderId }) => orderId))
  if (ids.size !== placed.length) throw new Error(`${placed.length} orders, but ${ids.size} ids`)
  const { ordersChargedTwice } = await shop.totals()
  if (ordersChargedTwice !== 0) throw new Error(`${ordersChargedTwice} orders were charged twice`)
  const failures = await shop.failures()
  if (failures.length > 0) throw new Error(`${failures.length} messages wait in dead letter topics`)
}
