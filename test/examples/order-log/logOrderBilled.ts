import { OrderBilled } from '@petrel/contracts'
import { handler } from '@petrel/messaging'

/** Writes a line for every order that was billed. */
export const logOrderBilled = handler(OrderBilled, ({ orderId, amountCents, currency }) => {
  console.log(`Order ${orderId} was billed: ${(amountCents / 100).toFixed(2)} ${currency}`)
})
