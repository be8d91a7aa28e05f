// Generated from schemas/, do not edit: change the schema, then run `npm run contracts`.
import { command, event, timeout } from '@petrel/messaging'

/** The parcel is with the carrier. */
export interface OrderShipped {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** The carrier's number of the parcel. */
  readonly trackingCode: string
  /** When the carrier took it. */
  readonly shippedAt: Date
}
export const OrderShipped = event<OrderShipped>({
  fullName: 'shipping.OrderShipped',
  owner: 'shipping',
  topic: 'shipping.order-shipped',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "shipping",
    "name": "OrderShipped",
    "doc": "The parcel is with the carrier.",
    "kind": "event",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      { "name": "trackingCode", "doc": "The carrier's number of the parcel.", "type": "string" },
      {
        "name": "shippedAt",
        "doc": "When the carrier took it.",
        "type": { "type": "long", "logicalType": "timestamp-millis" },
      },
    ],
  },
})

/** Asks shipping to hand the parcel to the carrier; sent by its own policy when the order is placed, billed and reserved. */
export interface ShipOrder {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** What goes into the parcel. */
  readonly lines: readonly OrderLine[]
}
export const ShipOrder = command<ShipOrder>({
  fullName: 'shipping.ShipOrder',
  owner: 'shipping',
  topic: 'shipping.ship-order',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "shipping",
    "name": "ShipOrder",
    "doc": "Asks shipping to hand the parcel to the carrier; sent by its own policy when the order is placed, billed and reserved.",
    "kind": "command",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      {
        "name": "lines",
        "doc": "What goes into the parcel.",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "OrderLine",
            "doc": "A product and how many of it.",
            "fields": [
              { "name": "sku", "doc": "Stock keeping unit: which product.", "type": "string" },
              { "name": "quantity", "doc": "How many pieces, at least 1.", "type": "int" },
            ],
          },
        },
      },
    ],
  },
})

/** An order was not ready for shipment in time; it still ships when the rest arrives. */
export interface ShipmentDelayed {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** What has not happened yet, as names of events, for example OrderBilled. */
  readonly waitingFor: readonly string[]
  /** Since when the customer waits: when the order was accepted, or was placed if that is all that is known. */
  readonly since: Date
}
export const ShipmentDelayed = event<ShipmentDelayed>({
  fullName: 'shipping.ShipmentDelayed',
  owner: 'shipping',
  topic: 'shipping.shipment-delayed',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "shipping",
    "name": "ShipmentDelayed",
    "doc": "An order was not ready for shipment in time; it still ships when the rest arrives.",
    "kind": "event",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      {
        "name": "waitingFor",
        "doc": "What has not happened yet, as names of events, for example OrderBilled.",
        "type": { "type": "array", "items": "string" },
      },
      {
        "name": "since",
        "doc": "Since when the customer waits: when the order was accepted, or was placed if that is all that is known.",
        "type": { "type": "long", "logicalType": "timestamp-millis" },
      },
    ],
  },
})

/** The alarm of the shipping policy: by now the order should have been shipped. */
export interface ShipmentOverdue {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** When the order was placed. */
  readonly placedAt: Date
  /** When the shop accepted the order and gave the customer an answer; null when the sender does not say. */
  readonly acceptedAt: null | Date
}
export const ShipmentOverdue = timeout<ShipmentOverdue>({
  fullName: 'shipping.ShipmentOverdue',
  owner: 'shipping',
  topic: 'shipping.shipment-overdue',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "shipping",
    "name": "ShipmentOverdue",
    "doc": "The alarm of the shipping policy: by now the order should have been shipped.",
    "kind": "timeout",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      {
        "name": "placedAt",
        "doc": "When the order was placed.",
        "type": { "type": "long", "logicalType": "timestamp-millis" },
      },
      {
        "name": "acceptedAt",
        "doc": "When the shop accepted the order and gave the customer an answer; null when the sender does not say.",
        "type": ["null", { "type": "long", "logicalType": "timestamp-millis" }],
        "default": null,
      },
    ],
  },
})

/** A product and how many of it. */
export interface OrderLine {
  /** Stock keeping unit: which product. */
  readonly sku: string
  /** How many pieces, at least 1. */
  readonly quantity: number
}
