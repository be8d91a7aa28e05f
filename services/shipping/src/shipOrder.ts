import { OrderShipped, ShipOrder } from '@petrel/contracts'
import { handler, table } from '@petrel/messaging'
import { ordersShipped } from './counters.ts'

const shipments = table('shipments', {
  order_id: 'text',
  tracking_code: 'text',
  lines: 'jsonb',
  shipped_at: 'timestamptz',
})

/** Shipping hands the parcel to the carrier. */
export const shipOrder = handler(ShipOrder, ({ orderId, lines }, { message, insert, publish, count }) => {
  const trackingCode = trackingCodeFor(message.id)
  const shippedAt = new Date()
  insert(shipments, { order_id: orderId, tracking_code: trackingCode, lines, shipped_at: shippedAt })
  publish(OrderShipped({ orderId, trackingCode, shippedAt }))
  count(ordersShipped)
})

/** From the random tail of the message's id (UUIDv7, RFC 9562), so that a second run for the same message labels the same parcel. */
export const trackingCodeFor = (messageId: string): string => `PT${messageId.replaceAll('-', '').slice(-12).toUpperCase()}`
