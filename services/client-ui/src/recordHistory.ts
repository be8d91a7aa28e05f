import {
  CustomerNotified,
  OrderBilled,
  OrderCancelled,
  OrderPlaced,
  OrderRefunded,
  OrderShipped,
  PaymentCancelled,
  PaymentDeclined,
  PointsAwarded,
  PointsRevoked,
  ShipmentDelayed,
  StockReleased,
  StockReservationRejected,
  StockReserved,
} from '@petrel/contracts'
import { handler, type Handler, type MessageDescriptor, type MessageType, table } from '@petrel/messaging'

/** One row for each event about an order; a second event of the same type is a second row. */
export const orderHistory = table('order_history', {
  order_id: 'text',
  type: 'text',
  at: 'timestamptz',
  total_cents: 'bigint?',
  detail: 'jsonb?',
})

/** Keeps what became of an order: the event's name, when it was sent, and what the page shows beside it. */
export const recordHistory: readonly Handler[] = [
  record(
    OrderPlaced,
    ({ acceptedAt, customerId, lines, currency }) => ({
      acceptedAt,
      customerId,
      lines: lines.map(({ sku, name, quantity, unitCents }) => ({ sku, name: name || sku, quantity, unitCents })),
      currency,
    }),
    ({ totalCents }) => totalCents,
  ),
  record(OrderCancelled, ({ wasPlaced }) => ({ wasPlaced })),
  record(OrderBilled, ({ amountCents, currency }) => ({ amountCents, currency })),
  record(PaymentCancelled),
  record(PaymentDeclined, ({ reason }) => ({ reason })),
  record(OrderRefunded, ({ amountCents, currency, reason }) => ({ amountCents, currency, reason })),
  record(StockReserved),
  record(StockReservationRejected, ({ reason, missingSkus }) => ({ reason, missingSkus })),
  record(StockReleased),
  record(OrderShipped, ({ trackingCode }) => ({ trackingCode })),
  record(ShipmentDelayed, ({ waitingFor }) => ({ waitingFor })),
  record(CustomerNotified, ({ about }) => ({ about })),
  record(PointsAwarded, ({ points, balance }) => ({ points, balance })),
  record(PointsRevoked, ({ points, balance }) => ({ points, balance })),
]

/** An event's name without its owner, as the history has it: `OrderPlaced`. */
export function eventName({ owner, fullName }: MessageDescriptor): string {
  return fullName.slice(owner.length + 1)
}

function record<Data extends { readonly orderId: string }>(
  event: MessageType<'event', Data>,
  detail: (data: Data) => object | null = () => null,
  totalCents: (data: Data) => number | null = () => null,
): Handler {
  const type = eventName(event)
  return handler(event, (data, { insert, message }) => {
    insert(orderHistory, {
      order_id: data.orderId,
      type,
      at: message.time,
      total_cents: totalCents(data),
      detail: detail(data),
    })
  })
}
