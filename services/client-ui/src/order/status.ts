/** What a customer wants to know of an order, in one word. */
export type OrderStatus = 'accepted' | 'placed' | 'delayed' | 'cancelled' | 'shipped' | 'rejected' | 'declined' | 'refunded'

/** The first event that is there decides: what undoes comes before what it undoes. */
const decisive: readonly (readonly [event: string, status: OrderStatus])[] = [
  // A parcel that has left is not stopped by a cancellation that came too late.
  ['OrderShipped', 'shipped'],
  // The customer's own wish: that the money came back, or that there was nothing to charge, is only how it was granted.
  ['OrderCancelled', 'cancelled'],
  ['OrderRefunded', 'refunded'],
  ['PaymentDeclined', 'declined'],
  ['StockReservationRejected', 'rejected'],
  ['ShipmentDelayed', 'delayed'],
  ['OrderPlaced', 'placed'],
  // The services do not wait for each other: what follows a placement may be handled before it.
  ['OrderBilled', 'placed'],
  ['StockReserved', 'placed'],
]

/** The status of an order with this history, whatever the order in which it came. */
export function statusOf(events: Iterable<string>): OrderStatus {
  const happened = new Set(events)
  return decisive.find(([event]) => happened.has(event))?.[1] ?? 'accepted'
}
