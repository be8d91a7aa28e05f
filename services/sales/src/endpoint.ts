import { OrderCancelled, OrderPlaced, ProductListed } from '@petrel/contracts'
import { endpoint } from '@petrel/messaging'
import { cancelOrder } from './cancelOrder.ts'
import { ordersAccepted } from './counters.ts'
import { listProduct } from './listProduct.ts'
import { placeOrder } from './placeOrder.ts'

export const sales = endpoint({
  name: 'sales',
  handlers: [placeOrder, cancelOrder, listProduct],
  produces: [OrderPlaced, OrderCancelled, ProductListed],
  counters: [ordersAccepted],
})
