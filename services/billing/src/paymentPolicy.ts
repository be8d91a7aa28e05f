import { ChargeOrder, OrderCancelled, PaymentCancelled } from '@petrel/contracts'
import { saga } from '@petrel/messaging'
import { chargeCard } from './chargeCard.ts'
import type { Gateway } from './gateway.ts'

/**
 * Charges an order that has waited, unless it was cancelled meanwhile. An order that was charged at once, in `billOrder`, and is
 * cancelled afterwards gets its money back on shipping's command.
 */
export const paymentPolicy = (gateway: Gateway) =>
  saga('payment-policy', () => ({ isCancelled: false }))
    .startedBy(OrderCancelled, 'orderId', (_, policy) => {
      policy.state.isCancelled = true
    })
    .startedBy(ChargeOrder, 'orderId', async (order, policy) => {
      if (policy.state.isCancelled) policy.publish(PaymentCancelled(order))
      else await chargeCard(gateway, order, policy)
      policy.complete()
    })
