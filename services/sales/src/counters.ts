import { metrics } from '@petrel/messaging'

export const ordersAccepted = metrics.counter('shop_orders_accepted_total', 'Orders that sales has placed')
