import { ChargeOrder, OrderBilled, OrderRefunded, PaymentCancelled, PaymentDeclined, ReturnPayment } from '@petrel/contracts'
import { type Endpoint, endpoint } from '@petrel/messaging'
import { billOrder } from './billOrder.ts'
import { ordersBilled, ordersDeclined } from './counters.ts'
import type { Gateway } from './gateway.ts'
import { paymentPolicy } from './paymentPolicy.ts'
import { refundOrder } from './refundOrder.ts'
import { returnPayment } from './returnPayment.ts'

/** Billing, reaching the payment gateway in the given way. */
export const billingThrough = (gateway: Gateway, startedAt: Date): Endpoint =>
  endpoint({
    name: 'billing',
    handlers: [billOrder(gateway, startedAt), refundOrder, returnPayment(gateway)],
    sagas: [paymentPolicy(gateway)],
    produces: [ChargeOrder, OrderBilled, PaymentDeclined, PaymentCancelled, ReturnPayment, OrderRefunded],
    counters: [ordersBilled, ordersDeclined],
  })

const noGateway = (): never => {
  throw new Error('This is billing as data, without a payment gateway. To run it, start src/main.ts.')
}

/** Billing as data, from which topics, groups and documents are derived. */
export const billing = billingThrough({ charge: noGateway, refund: noGateway }, new Date(0))
