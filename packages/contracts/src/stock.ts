// Generated from schemas/, do not edit: change the schema, then run `npm run contracts`.
import { command, event } from '@petrel/messaging'

/** Asks stock to put back what is reserved for an order. An order without a reservation is left as it is. */
export interface ReleaseStock {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Why, in words for a person who looks into it. */
  readonly reason: string
}
export const ReleaseStock = command<ReleaseStock>({
  fullName: 'stock.ReleaseStock',
  owner: 'stock',
  topic: 'stock.release-stock',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "stock",
    "name": "ReleaseStock",
    "doc": "Asks stock to put back what is reserved for an order. An order without a reservation is left as it is.",
    "kind": "command",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      { "name": "reason", "doc": "Why, in words for a person who looks into it.", "type": "string" },
    ],
  },
})

/** Tells stock that pieces of a product arrived. */
export interface RestockProduct {
  /** Stock keeping unit: which product. */
  readonly sku: string
  /** How many pieces arrived, at least 1. */
  readonly quantity: number
}
export const RestockProduct = command<RestockProduct>({
  fullName: 'stock.RestockProduct',
  owner: 'stock',
  topic: 'stock.restock-product',
  key: 'sku',
  schema: {
    "type": "record",
    "namespace": "stock",
    "name": "RestockProduct",
    "doc": "Tells stock that pieces of a product arrived.",
    "kind": "command",
    "key": "sku",
    "fields": [
      { "name": "sku", "doc": "Stock keeping unit: which product.", "type": "string" },
      { "name": "quantity", "doc": "How many pieces arrived, at least 1.", "type": "int" },
    ],
  },
})

/** How much of a product is available has changed. */
export interface StockLevelChanged {
  /** Stock keeping unit: which product. */
  readonly sku: string
  /** Pieces that a new order may reserve, never below zero. */
  readonly available: number
  /** Grows with every change of this product: a reader keeps the highest and ignores what is older. */
  readonly version: number
}
export const StockLevelChanged = event<StockLevelChanged>({
  fullName: 'stock.StockLevelChanged',
  owner: 'stock',
  topic: 'stock.stock-level-changed',
  key: 'sku',
  schema: {
    "type": "record",
    "namespace": "stock",
    "name": "StockLevelChanged",
    "doc": "How much of a product is available has changed.",
    "kind": "event",
    "key": "sku",
    "fields": [
      { "name": "sku", "doc": "Stock keeping unit: which product.", "type": "string" },
      { "name": "available", "doc": "Pieces that a new order may reserve, never below zero.", "type": "long" },
      {
        "name": "version",
        "doc": "Grows with every change of this product: a reader keeps the highest and ignores what is older.",
        "type": "long",
      },
    ],
  },
})

/** What was reserved for the order is available again. */
export interface StockReleased {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Why, in words for a person who looks into it. */
  readonly reason: string
}
export const StockReleased = event<StockReleased>({
  fullName: 'stock.StockReleased',
  owner: 'stock',
  topic: 'stock.stock-released',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "stock",
    "name": "StockReleased",
    "doc": "What was reserved for the order is available again.",
    "kind": "event",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      { "name": "reason", "doc": "Why, in words for a person who looks into it.", "type": "string" },
    ],
  },
})

/** Stock cannot cover the order; nothing was set aside. */
export interface StockReservationRejected {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Why, in words for the customer. */
  readonly reason: string
  /** The products of which there is not enough. */
  readonly missingSkus: readonly string[]
}
export const StockReservationRejected = event<StockReservationRejected>({
  fullName: 'stock.StockReservationRejected',
  owner: 'stock',
  topic: 'stock.stock-reservation-rejected',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "stock",
    "name": "StockReservationRejected",
    "doc": "Stock cannot cover the order; nothing was set aside.",
    "kind": "event",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      { "name": "reason", "doc": "Why, in words for the customer.", "type": "string" },
      {
        "name": "missingSkus",
        "doc": "The products of which there is not enough.",
        "type": { "type": "array", "items": "string" },
      },
    ],
  },
})

/** Stock set aside everything the order needs. */
export interface StockReserved {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** What was set aside: all lines of the order. */
  readonly lines: readonly OrderLine[]
}
export const StockReserved = event<StockReserved>({
  fullName: 'stock.StockReserved',
  owner: 'stock',
  topic: 'stock.stock-reserved',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "stock",
    "name": "StockReserved",
    "doc": "Stock set aside everything the order needs.",
    "kind": "event",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      {
        "name": "lines",
        "doc": "What was set aside: all lines of the order.",
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

/** A product and how many of it. */
export interface OrderLine {
  /** Stock keeping unit: which product. */
  readonly sku: string
  /** How many pieces, at least 1. */
  readonly quantity: number
}
