// Generated from schemas/, do not edit: change the schema, then run `npm run contracts`.
import { command, event } from '@petrel/messaging'

/** Asks billing to charge an order that has waited; billing sends it to itself, so that it handles what came meanwhile, a cancellation for example, first. */
export interface ChargeOrder {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Which customer placed the order. */
  readonly customerId: string
  /** The customer's e-mail address, as given with the order. */
  readonly email: string
  /** What to charge, in minor units (cents). */
  readonly amountCents: number
  /** ISO 4217 code of the currency of the amount, for example EUR. */
  readonly currency: string
}
export const ChargeOrder = command<ChargeOrder>({
  fullName: 'billing.ChargeOrder',
  owner: 'billing',
  topic: 'billing.charge-order',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "billing",
    "name": "ChargeOrder",
    "doc": "Asks billing to charge an order that has waited; billing sends it to itself, so that it handles what came meanwhile, a cancellation for example, first.",
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
      { "name": "amountCents", "doc": "What to charge, in minor units (cents).", "type": "long" },
      { "name": "currency", "doc": "ISO 4217 code of the currency of the amount, for example EUR.", "type": "string" },
    ],
  },
})

/** Billing charged the card for the order, once. */
export interface OrderBilled {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Which customer placed the order. */
  readonly customerId: string
  /** The customer's e-mail address, as given with the order. */
  readonly email: string
  /** What was charged, in minor units (cents). */
  readonly amountCents: number
  /** ISO 4217 code of the currency of the amount, for example EUR. */
  readonly currency: string
  /** The payment gateway's own number of the charge. */
  readonly chargeId: string
  /** When the charge was confirmed. */
  readonly billedAt: Date
}
export const OrderBilled = event<OrderBilled>({
  fullName: 'billing.OrderBilled',
  owner: 'billing',
  topic: 'billing.order-billed',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "billing",
    "name": "OrderBilled",
    "doc": "Billing charged the card for the order, once.",
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
      { "name": "amountCents", "doc": "What was charged, in minor units (cents).", "type": "long" },
      { "name": "currency", "doc": "ISO 4217 code of the currency of the amount, for example EUR.", "type": "string" },
      { "name": "chargeId", "doc": "The payment gateway's own number of the charge.", "type": "string" },
      {
        "name": "billedAt",
        "doc": "When the charge was confirmed.",
        "type": { "type": "long", "logicalType": "timestamp-millis" },
      },
    ],
  },
})

/** Billing gave back what was charged for the order. */
export interface OrderRefunded {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Which customer placed the order. */
  readonly customerId: string
  /** The customer's e-mail address, as given with the order. */
  readonly email: string
  /** What was given back, in minor units (cents). */
  readonly amountCents: number
  /** ISO 4217 code of the currency of the amount, for example EUR. */
  readonly currency: string
  /** The payment gateway's own number of the refund. */
  readonly refundId: string
  /** Why, in words for the customer. */
  readonly reason: string
}
export const OrderRefunded = event<OrderRefunded>({
  fullName: 'billing.OrderRefunded',
  owner: 'billing',
  topic: 'billing.order-refunded',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "billing",
    "name": "OrderRefunded",
    "doc": "Billing gave back what was charged for the order.",
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
      { "name": "amountCents", "doc": "What was given back, in minor units (cents).", "type": "long" },
      { "name": "currency", "doc": "ISO 4217 code of the currency of the amount, for example EUR.", "type": "string" },
      { "name": "refundId", "doc": "The payment gateway's own number of the refund.", "type": "string" },
      { "name": "reason", "doc": "Why, in words for the customer.", "type": "string" },
    ],
  },
})

/** Billing did not charge the order, and will not: it was cancelled first. */
export interface PaymentCancelled {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Which customer placed the order. */
  readonly customerId: string
  /** The customer's e-mail address, as given with the order. */
  readonly email: string
  /** What would have been charged, in minor units (cents). */
  readonly amountCents: number
  /** ISO 4217 code of the currency of the amount, for example EUR. */
  readonly currency: string
}
export const PaymentCancelled = event<PaymentCancelled>({
  fullName: 'billing.PaymentCancelled',
  owner: 'billing',
  topic: 'billing.payment-cancelled',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "billing",
    "name": "PaymentCancelled",
    "doc": "Billing did not charge the order, and will not: it was cancelled first.",
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
      { "name": "amountCents", "doc": "What would have been charged, in minor units (cents).", "type": "long" },
      { "name": "currency", "doc": "ISO 4217 code of the currency of the amount, for example EUR.", "type": "string" },
    ],
  },
})

/** The payment gateway refused to charge the card; nothing was charged. */
export interface PaymentDeclined {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Which customer placed the order. */
  readonly customerId: string
  /** The customer's e-mail address, as given with the order. */
  readonly email: string
  /** What was to be charged, in minor units (cents). */
  readonly amountCents: number
  /** ISO 4217 code of the currency of the amount, for example EUR. */
  readonly currency: string
  /** Why the gateway declined, in its words. */
  readonly reason: string
}
export const PaymentDeclined = event<PaymentDeclined>({
  fullName: 'billing.PaymentDeclined',
  owner: 'billing',
  topic: 'billing.payment-declined',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "billing",
    "name": "PaymentDeclined",
    "doc": "The payment gateway refused to charge the card; nothing was charged.",
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
      { "name": "amountCents", "doc": "What was to be charged, in minor units (cents).", "type": "long" },
      { "name": "currency", "doc": "ISO 4217 code of the currency of the amount, for example EUR.", "type": "string" },
      { "name": "reason", "doc": "Why the gateway declined, in its words.", "type": "string" },
    ],
  },
})

/** Asks billing to give back what was charged for an order. An order that was not charged, or was refunded before, is left as it is. */
export interface RefundOrder {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Why, in words for the customer. */
  readonly reason: string
}
export const RefundOrder = command<RefundOrder>({
  fullName: 'billing.RefundOrder',
  owner: 'billing',
  topic: 'billing.refund-order',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "billing",
    "name": "RefundOrder",
    "doc": "Asks billing to give back what was charged for an order. An order that was not charged, or was refunded before, is left as it is.",
    "kind": "command",
    "key": "orderId",
    "fields": [
      { "name": "orderId", "doc": "Which order; chosen once, when the order was placed (a UUID).", "type": "string" },
      { "name": "reason", "doc": "Why, in words for the customer.", "type": "string" },
    ],
  },
})

/** Asks billing to give back, at the payment gateway, what an invoice has charged. Billing sends it to itself, so that no transaction is open while the gateway answers. */
export interface ReturnPayment {
  /** Which order; chosen once, when the order was placed (a UUID). */
  readonly orderId: string
  /** Which customer placed the order. */
  readonly customerId: string
  /** The customer's e-mail address, as given with the order. */
  readonly email: string
  /** What to give back, in minor units (cents). */
  readonly amountCents: number
  /** ISO 4217 code of the currency of the amount, for example EUR. */
  readonly currency: string
  /** Why, in words for the customer. */
  readonly reason: string
}
export const ReturnPayment = command<ReturnPayment>({
  fullName: 'billing.ReturnPayment',
  owner: 'billing',
  topic: 'billing.return-payment',
  key: 'orderId',
  schema: {
    "type": "record",
    "namespace": "billing",
    "name": "ReturnPayment",
    "doc": "Asks billing to give back, at the payment gateway, what an invoice has charged. Billing sends it to itself, so that no transaction is open while the gateway answers.",
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
      { "name": "amountCents", "doc": "What to give back, in minor units (cents).", "type": "long" },
      { "name": "currency", "doc": "ISO 4217 code of the currency of the amount, for example EUR.", "type": "string" },
      { "name": "reason", "doc": "Why, in words for the customer.", "type": "string" },
    ],
  },
})
