import { OrderShipped, RefundOrder, ReleaseStock, ShipmentDelayed, ShipmentOverdue, ShipOrder } from '@petrel/contracts'
import { endpoint } from '@petrel/messaging'
import { ordersShipped } from './counters.ts'
import { shipOrder } from './shipOrder.ts'
import { shippingPolicy } from './shippingPolicy.ts'

export const shipping = endpoint({
  name: 'shipping',
  handlers: [shipOrder],
  sagas: [shippingPolicy],
  produces: [ShipOrder, OrderShipped, RefundOrder, ReleaseStock, ShipmentOverdue, ShipmentDelayed],
  counters: [ordersShipped],
})
