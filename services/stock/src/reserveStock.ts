import { OrderPlaced, type PricedLine, StockReservationRejected, StockReserved } from '@petrel/contracts'
import { batchHandler, table } from '@petrel/messaging'
import { lockShelf } from './shelf.ts'

const reservations = table('reservations', {
  order_id: 'text',
  sku: 'text',
  quantity: 'bigint',
  reserved_at: 'timestamptz',
})

/** Stock reserves everything an order needs, or nothing. */
export const reserveStock = batchHandler(OrderPlaced, async (orders, { tx, each }) => {
  const skus = orders.flatMap(({ data }) => data.lines.map(({ sku }) => sku))
  const shelf = await lockShelf(skus, tx)
  const reservedAt = new Date()
  each(({ data: { orderId, lines: priced }, insert, publish }) => {
    const lines = priced.map(({ sku, quantity }) => ({ sku, quantity }))
    const missingSkus = shelf.take(lines, publish)
    if (missingSkus.length > 0) {
      const reason = `There is not enough ${list.format(missingSkus.map((sku) => nameOf(sku, priced)))}.`
      return publish(StockReservationRejected({ orderId, reason, missingSkus }))
    }
    for (const { sku, quantity } of lines) insert(reservations, { order_id: orderId, sku, quantity, reserved_at: reservedAt })
    publish(StockReserved({ orderId, lines }))
  })
  await shelf.save(tx)
})

const list = new Intl.ListFormat('en-GB')

/** A customer knows names; older messages have none. */
const nameOf = (sku: string, lines: readonly PricedLine[]): string => lines.find((line) => line.sku === sku)?.name || sku
