// Generated from schemas/, do not edit: change the schema, then run `npm run contracts`.
import { command, event } from '@petrel/messaging'

/** Asks sales to cancel an order. What was billed is refunded and what was reserved is released, unless it was shipped. */
export interface CancelOrder {
  /** Which order to cancel. */
  readonly orderId: string
}
export const CancelOrder = command<CancelOrder>({
  fullName: 'sales.CancelOrder',
  owner: 'sales',
  topic: 'sales.cancel-order',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "sales",
    "name": "CancelOrder",
    "doc": "Asks sales to cancel an order. What was billed is refunded and what was reserved is released, unless it was shipped.",
    "kind": "command",
    "key": "orderId",
    "fields": [{ "name": "orderId", "doc": "Which order to cancel.", "type": "string" }],
  },
})

/** Asks sales to offer a product at a price, or to change the name or price of one that is offered. */
export interface ListProduct {
  /** Stock keeping unit: which product. */
  readonly sku: string
  /** What customers call it. */
  readonly name: string
  /** Price of one piece in minor units (cents). */
  readonly unitCents: number
  /** ISO 4217 code of the currency of the price, for example EUR. */
  readonly currency: string
}
export const ListProduct = command<ListProduct>({
  fullName: 'sales.ListProduct',
  owner: 'sales',
  topic: 'sales.list-product',
  key: 'sku',
  schema: {
    "type": "record",
    "namespace": "sales",
    "name": "ListProduct",
    "doc": "Asks sales to offer a product at a price, or to change the name or price of one that is offered.",
    "kind": "command",
    "key": "sku",
    "fields": [
      { "name": "sku", "doc": "Stock keeping unit: which product.", "type": "string" },
      { "name": "name", "doc": "What customers call it.", "type": "string", "pii": false },
      { "name": "unitCents", "doc": "Price of one piece in minor units (cents).", "type": "long" },
      { "name": "currency", "doc": "ISO 4217 code of the currency of the price, for example EUR.", "type": "string" },
    ],
  },
})

/** Sales cancelled the order at the wish of the customer. */
export interface OrderCancelled {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Which customer placed the order. */
  readonly customerId: string
  /** When sales cancelled the order. */
  readonly cancelledAt: Date
  /** Whether OrderPlaced was published before. False when the wish to cancel came first: then nobody has anything to undo. */
  readonly wasPlaced: boolean
}
export const OrderCancelled = event<OrderCancelled>({
  fullName: 'sales.OrderCancelled',
  owner: 'sales',
  topic: 'sales.order-cancelled',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "sales",
    "name": "OrderCancelled",
    "doc": "Sales cancelled the order at the wish of the customer.",
    "kind": "event",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      { "name": "customerId", "doc": "Which customer placed the order.", "type": "string" },
      {
        "name": "cancelledAt",
        "doc": "When sales cancelled the order.",
        "type": { "type": "long", "logicalType": "timestamp-millis" },
      },
      {
        "name": "wasPlaced",
        "doc": "Whether OrderPlaced was published before. False when the wish to cancel came first: then nobody has anything to undo.",
        "type": "boolean",
        "default": true,
      },
    ],
  },
})

/** Sales took the order on and fixed its prices. */
export interface OrderPlaced {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Which customer placed the order. */
  readonly customerId: string
  /** The customer's e-mail address, as given with the order. */
  readonly email: string
  /** What was ordered, with the prices that hold for this order. */
  readonly lines: readonly PricedLine[]
  /** Sum of quantity times unit price over all lines, in minor units (cents). */
  readonly totalCents: number
  /** ISO 4217 code of the currency of all prices of the order, for example EUR. */
  readonly currency: string
  /** When sales placed the order. */
  readonly placedAt: Date
  /** When the shop accepted the order and gave the customer an answer; null when the sender does not say. */
  readonly acceptedAt: null | Date
}
export const OrderPlaced = event<OrderPlaced>({
  fullName: 'sales.OrderPlaced',
  owner: 'sales',
  topic: 'sales.order-placed',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "sales",
    "name": "OrderPlaced",
    "doc": "Sales took the order on and fixed its prices.",
    "kind": "event",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      { "name": "customerId", "doc": "Which customer placed the order.", "type": "string" },
      {
        "name": "email",
        "doc": "The customer's e-mail address, as given with the order.",
        "type": "string",
        "pii": true,
      },
      {
        "name": "lines",
        "doc": "What was ordered, with the prices that hold for this order.",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "PricedLine",
            "doc": "A product, how many of it, and what one piece costs in this order.",
            "fields": [
              { "name": "sku", "doc": "Stock keeping unit: which product.", "type": "string" },
              { "name": "quantity", "doc": "How many pieces, at least 1.", "type": "int" },
              { "name": "unitCents", "doc": "Price of one piece in minor units (cents).", "type": "long" },
              {
                "name": "name",
                "doc": "What customers call the product; empty in older messages.",
                "type": "string",
                "default": "",
                "pii": false,
              },
            ],
          },
        },
      },
      {
        "name": "totalCents",
        "doc": "Sum of quantity times unit price over all lines, in minor units (cents).",
        "type": "long",
      },
      {
        "name": "currency",
        "doc": "ISO 4217 code of the currency of all prices of the order, for example EUR.",
        "type": "string",
      },
      {
        "name": "placedAt",
        "doc": "When sales placed the order.",
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

/** Asks sales to accept an order. Prices are not part of it: sales knows them. */
export interface PlaceOrder {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Which customer placed the order. */
  readonly customerId: string
  /** The customer's e-mail address, as given with the order. */
  readonly email: string
  /** What is ordered, at least one line, each product once. */
  readonly lines: readonly OrderLine[]
  /** When the shop accepted the order and gave the customer an answer; null when the sender does not say. */
  readonly acceptedAt: null | Date
}
export const PlaceOrder = command<PlaceOrder>({
  fullName: 'sales.PlaceOrder',
  owner: 'sales',
  topic: 'sales.place-order',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "sales",
    "name": "PlaceOrder",
    "doc": "Asks sales to accept an order. Prices are not part of it: sales knows them.",
    "kind": "command",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      { "name": "customerId", "doc": "Which customer placed the order.", "type": "string" },
      {
        "name": "email",
        "doc": "The customer's e-mail address, as given with the order.",
        "type": "string",
        "pii": true,
      },
      {
        "name": "lines",
        "doc": "What is ordered, at least one line, each product once.",
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
      {
        "name": "acceptedAt",
        "doc": "When the shop accepted the order and gave the customer an answer; null when the sender does not say.",
        "type": ["null", { "type": "long", "logicalType": "timestamp-millis" }],
        "default": null,
      },
    ],
  },
})

/** Sales offers a product at this price from now on. */
export interface ProductListed {
  /** Stock keeping unit: which product. */
  readonly sku: string
  /** What customers call it. */
  readonly name: string
  /** Price of one piece in minor units (cents). */
  readonly unitCents: number
  /** ISO 4217 code of the currency of the price, for example EUR. */
  readonly currency: string
}
export const ProductListed = event<ProductListed>({
  fullName: 'sales.ProductListed',
  owner: 'sales',
  topic: 'sales.product-listed',
  key: 'sku',
  schema: {
    "type": "record",
    "namespace": "sales",
    "name": "ProductListed",
    "doc": "Sales offers a product at this price from now on.",
    "kind": "event",
    "key": "sku",
    "fields": [
      { "name": "sku", "doc": "Stock keeping unit: which product.", "type": "string" },
      { "name": "name", "doc": "What customers call it.", "type": "string", "pii": false },
      { "name": "unitCents", "doc": "Price of one piece in minor units (cents).", "type": "long" },
      { "name": "currency", "doc": "ISO 4217 code of the currency of the price, for example EUR.", "type": "string" },
    ],
  },
})

/** A product, how many of it, and what one piece costs in this order. */
export interface PricedLine {
  /** Stock keeping unit: which product. */
  readonly sku: string
  /** How many pieces, at least 1. */
  readonly quantity: number
  /** Price of one piece in minor units (cents). */
  readonly unitCents: number
  /** What customers call the product; empty in older messages. */
  readonly name: string
}

/** A product and how many of it. */
export interface OrderLine {
  /** Stock keeping unit: which product. */
  readonly sku: string
  /** How many pieces, at least 1. */
  readonly quantity: number
}
