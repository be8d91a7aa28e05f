// Generated from schemas/, do not edit: change the schema, then run `npm run contracts`.
import { event } from '@petrel/messaging'

/** The customer got points for an order that was paid. */
export interface PointsAwarded {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Which customer placed the order. */
  readonly customerId: string
  /** Points awarded for this order. */
  readonly points: number
  /** Points of the customer afterwards. */
  readonly balance: number
}
export const PointsAwarded = event<PointsAwarded>({
  fullName: 'loyalty.PointsAwarded',
  owner: 'loyalty',
  topic: 'loyalty.points-awarded',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "loyalty",
    "name": "PointsAwarded",
    "doc": "The customer got points for an order that was paid.",
    "kind": "event",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      { "name": "customerId", "doc": "Which customer placed the order.", "type": "string" },
      { "name": "points", "doc": "Points awarded for this order.", "type": "int" },
      { "name": "balance", "doc": "Points of the customer afterwards.", "type": "long" },
    ],
  },
})

/** The points for an order were taken back because it was refunded. */
export interface PointsRevoked {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Which customer placed the order. */
  readonly customerId: string
  /** Points taken back, as a positive number. */
  readonly points: number
  /** Points of the customer afterwards. */
  readonly balance: number
}
export const PointsRevoked = event<PointsRevoked>({
  fullName: 'loyalty.PointsRevoked',
  owner: 'loyalty',
  topic: 'loyalty.points-revoked',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "loyalty",
    "name": "PointsRevoked",
    "doc": "The points for an order were taken back because it was refunded.",
    "kind": "event",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      { "name": "customerId", "doc": "Which customer placed the order.", "type": "string" },
      { "name": "points", "doc": "Points taken back, as a positive number.", "type": "int" },
      { "name": "balance", "doc": "Points of the customer afterwards.", "type": "long" },
    ],
  },
})
