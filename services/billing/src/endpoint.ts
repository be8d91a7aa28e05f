import { OrderBilled, OrderRefunded, PaymentDeclined } from '@petrel/contracts'
import { type Endpoint, endpoint } from '@petrel/messaging'
import { billOrder } from './billOrder.ts'
import type { Gateway } from './gateway.ts'
import { refundOrder } from './refundOrder.ts'

/** Billing, reaching the payment gateway in the given way. */
export const billingThrough = (gateway: Gateway): Endpoint =>
  endpoint({
    name: 'billing',
    handlers: [billOrder(gateway), refundOrder(gateway)],
    produces: [OrderBilled, PaymentDeclined, OrderRefunded],
  })

const noGateway = (): never => {
  throw new Error('This is billing as data, without a payment gateway. To run it, start src/main.ts.')
}

/** Billing as data, from which topics, groups and documents are derived. */
export const billing = billingThrough({ charge: noGateway, refund: noGateway })
