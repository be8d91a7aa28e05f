import { OrderPlaced, type PricedLine, StockReservationRejected, StockReserved } from '@petrel/contracts'
import { transactionalHandler, table } from '@petrel/messaging'
import { lockShelf, publishLevels, take } from './shelf.ts'

const reservations = table('reservations', {
  order_id: 'text',
  sku: 'text',
  quantity: 'bigint',
  reserved_at: 'timestamptz',
})

/** Stock reserves everything an order needs, or nothing. */
export const reserveStock = transactionalHandler(OrderPlaced, async (order, { tx, insert, publish }) => {
  const { orderId } = order
  const lines = order.lines.map(({ sku, quantity }) => ({ sku, quantity }))

  await lockShelf(tx)
  const { levels, missing } = await take(lines, tx)
  if (missing.length > 0) {
    const reason = `There is not enough ${list.format(missing.map((sku) => nameOf(sku, order.lines)))}.`
    return publish(StockReservationRejected({ orderId, reason, missingSkus: missing }))
  }

  const reservedAt = new Date()
  for (const { sku, quantity } of lines) insert(reservations, { order_id: orderId, sku, quantity, reserved_at: reservedAt })
  publish(StockReserved({ orderId, lines }))
  publishLevels(levels, publish)
})

const list = new Intl.ListFormat('en-GB')

/** A customer knows names; older messages have none. */
const nameOf = (sku: string, lines: readonly PricedLine[]): string => lines.find((line) => line.sku === sku)?.name || sku
