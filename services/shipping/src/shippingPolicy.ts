import {
  OrderBilled,
  OrderCancelled,
  OrderPlaced,
  PaymentCancelled,
  PaymentDeclined,
  RefundOrder,
  ReleaseStock,
  ShipmentDelayed,
  ShipmentOverdue,
  ShipOrder,
  StockReservationRejected,
  StockReserved,
} from '@petrel/contracts'
import { type Message, saga, type SagaContext } from '@petrel/messaging'
import { alarmAfter } from './alarm.ts'
import { isSettled, nextSteps, nothingHeard, type Shipping, type Step, waitingFor } from './nextSteps.ts'

/** Ships an order that was placed, billed and reserved, in whatever order it hears of that; undoes both when it cannot. */
export const shippingPolicy = saga('shipping-policy', nothingHeard)
  .startedBy(OrderPlaced, 'orderId', ({ orderId, lines, placedAt, acceptedAt }, policy) => {
    if (policy.state.lines !== null) return
    policy.state.lines = lines.map(({ sku, quantity }) => ({ sku, quantity }))
    policy.requestTimeout(ShipmentOverdue({ orderId, placedAt, acceptedAt }), alarmAfter(acceptedAt ?? placedAt, new Date()))
    proceed(policy)
  })
  .startedBy(OrderBilled, 'orderId', (_, policy) => {
    policy.state.payment = 'billed'
    proceed(policy)
  })
  .startedBy(StockReserved, 'orderId', (_, policy) => {
    policy.state.stock = 'reserved'
    proceed(policy)
  })
  .startedBy(PaymentDeclined, 'orderId', ({ reason }, policy) => {
    policy.state.payment = 'declined'
    callOff(policy, `The payment was declined: ${reason}`)
  })
  .startedBy(PaymentCancelled, 'orderId', (_, policy) => {
    policy.state.payment = 'cancelled'
    callOff(policy, cancelled)
  })
  .startedBy(StockReservationRejected, 'orderId', ({ reason }, policy) => {
    policy.state.stock = 'rejected'
    callOff(policy, reason)
  })
  .startedBy(OrderCancelled, 'orderId', ({ wasPlaced }, policy) => {
    if (!wasPlaced) return policy.complete()
    callOff(policy, cancelled)
  })
  .timeout(ShipmentOverdue, ({ orderId, placedAt, acceptedAt }, policy) => {
    const events = waitingFor(policy.state)
    if (events.length > 0) policy.publish(ShipmentDelayed({ orderId, waitingFor: events, since: acceptedAt ?? placedAt }))
  })

const cancelled = 'The order was cancelled.'

function callOff(policy: SagaContext<Shipping>, reason: string): void {
  policy.state.calledOff ??= reason
  proceed(policy)
}

function proceed(policy: SagaContext<Shipping>): void {
  for (const step of nextSteps(policy.state)) {
    policy.send(commands[step](policy))
    policy.state.asked.push(step)
  }
  if (isSettled(policy.state)) policy.complete()
}

const commands: Record<Step, (policy: SagaContext<Shipping>) => Message<'command'>> = {
  ship: ({ id: orderId, state }) => ShipOrder({ orderId, lines: state.lines ?? [] }),
  refund: ({ id: orderId, state }) => RefundOrder({ orderId, reason: state.calledOff ?? '' }),
  release: ({ id: orderId, state }) => ReleaseStock({ orderId, reason: state.calledOff ?? '' }),
}
