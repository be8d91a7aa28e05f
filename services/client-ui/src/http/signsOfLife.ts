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

const publishers = new Map(
  [
    OrderPlaced,
    OrderCancelled,
    OrderBilled,
    PaymentDeclined,
    PaymentCancelled,
    OrderRefunded,
    StockReserved,
    StockReservationRejected,
    StockReleased,
    OrderShipped,
    ShipmentDelayed,
    CustomerNotified,
    PointsAwarded,
    PointsRevoked,
  ].map(({ owner, fullName }) => [fullName.slice(owner.length + 1), owner]),
)

/**
 * How far each service has come: when the order was accepted that it answered last; and what time it is here. A service
 * that has answered an order which came much later is not away, so one that it has not answered failed there, most likely.
 * More cannot be known without reading its dead letters.
 */
export function signsOfLife(lastAnswers: ReadonlyMap<string, Date>, now = new Date()) {
  const answered: Record<string, Date> = {}
  for (const [type, acceptedAt] of lastAnswers) {
    const service = publishers.get(type)
    if (service !== undefined && acceptedAt > (answered[service] ?? 0)) answered[service] = acceptedAt
  }
  return { now, answered }
}
