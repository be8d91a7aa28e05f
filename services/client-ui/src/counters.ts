import { metrics } from '@petrel/messaging'

export const ordersPlaced = metrics.counter('shop_orders_placed_total', 'Orders that were handed over to the bus')
