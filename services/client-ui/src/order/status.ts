/** What a customer wants to hear about an order, in one word. */
export type OrderStatus = 'accepted' | 'placed' | 'delayed' | 'cancelled' | 'shipped' | 'rejected' | 'declined' | 'refunded'

/** The first event that is there decides: what undoes stands before what it undoes. */
const decisive: readonly (readonly [event: string, status: OrderStatus])[] = [
  ['OrderRefunded', 'refunded'],
  ['PaymentDeclined', 'declined'],
  ['StockReservationRejected', 'rejected'],
  // A parcel that has left is not stopped by a cancellation that came too late.
  ['OrderShipped', 'shipped'],
  ['OrderCancelled', 'cancelled'],
  ['ShipmentDelayed', 'delayed'],
  ['OrderPlaced', 'placed'],
  // The services do not wait for each other: what follows a placement may be heard before it.
  ['OrderBilled', 'placed'],
  ['StockReserved', 'placed'],
]

/** The status of an order with this history, whatever the order in which it was heard. */
export function statusOf(events: Iterable<string>): OrderStatus {
  const heard = new Set(events)
  return decisive.find(([event]) => heard.has(event))?.[1] ?? 'accepted'
}
