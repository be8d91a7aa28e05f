import { ChargeOrder, OrderPlaced } from '@petrel/contracts'
import { handler } from '@petrel/messaging'
import { chargeCard } from './chargeCard.ts'
import type { Gateway } from './gateway.ts'

/** After this time a customer may well have cancelled. */
const patienceMs = 10_000

/**
 * Billing charges the card when an order is placed. One that has waited (billing or the gateway was away) may be cancelled
 * by now, and its `OrderCancelled` may wait in the next topic: billing sends itself a command, which comes after what waits
 * there, and `paymentPolicy` decides.
 * @param startedAt since when this billing runs
 */
export const billOrder = (gateway: Gateway, startedAt: Date) =>
  handler(OrderPlaced, async ({ orderId, customerId, email, totalCents: amountCents, currency }, context) => {
    const order: ChargeOrder = { orderId, customerId, email, amountCents, currency }
    if (hasWaited(context.message.time, startedAt, new Date())) return context.send(ChargeOrder(order))
    await chargeCard(gateway, order, context)
  })

/** Whether a message that was sent at this time lay there while nobody handled it. */
export const hasWaited = (sentAt: Date, startedAt: Date, now: Date): boolean =>
  sentAt < startedAt || now.getTime() - sentAt.getTime() > patienceMs
