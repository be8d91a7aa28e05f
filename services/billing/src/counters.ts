import { metrics } from '@petrel/messaging'

export const ordersBilled = metrics.counter('shop_orders_billed_total', 'Orders whose card was charged')
export const ordersDeclined = metrics.counter('shop_orders_declined_total', 'Orders whose card was declined')
