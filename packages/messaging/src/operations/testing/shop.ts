import { type Endpoint, endpoint } from '../../definition/endpoint.ts'
import { handler } from '../../definition/handler.ts'
import { command, event, timeout } from '../../definition/message.ts'
import { saga } from '../../definition/saga.ts'
import { described } from '../../definition/testing/described.ts'

// A shop of three endpoints, just large enough to have something of everything.

interface Order {
  readonly orderId: string
}

export const PlaceOrder = command<Order>(described('sales', 'PlaceOrder', { topic: 'place-order' }))
export const OrderPlaced = event<Order>(described('sales', 'OrderPlaced', { topic: 'order-placed' }))
export const OrderBilled = event<Order>(described('billing', 'OrderBilled', { topic: 'order-billed' }))
export const RefundOrder = command<Order>(described('billing', 'RefundOrder', { topic: 'refund-order' }))
export const ShipmentOverdue = timeout<Order>(described('shipping', 'ShipmentOverdue', { topic: 'shipment-overdue' }))

const nothing = () => {}

/** Subscribes only to itself. */
export const sales = endpoint({ name: 'sales', handlers: [handler(PlaceOrder, nothing)], produces: [OrderPlaced], partitions: 3 })

/** Subscribes to sales. */
export const billing = endpoint({
  name: 'billing',
  handlers: [handler(OrderPlaced, nothing), handler(RefundOrder, nothing)],
  produces: [OrderBilled],
  partitions: 3,
  recoverability: { delayed: ['2s'] },
})

/** Subscribes to all others and itself, and sends a command to billing. */
export const shipping = endpoint({
  name: 'shipping',
  sagas: [
    saga('shipping-policy', () => ({}))
      .startedBy(OrderPlaced, 'orderId', nothing)
      .startedBy(OrderBilled, 'orderId', nothing)
      .timeout(ShipmentOverdue, nothing),
  ],
  produces: [RefundOrder, ShipmentOverdue],
  partitions: 3,
})

/** Sends a command, and subscribes to nothing. */
export const till = endpoint({ name: 'till', produces: [PlaceOrder] })

export const changed = (original: Endpoint, changes: Partial<Endpoint>): Endpoint => ({ ...original, ...changes })
