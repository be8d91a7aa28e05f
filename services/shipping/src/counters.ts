import { metrics } from '@petrel/messaging'

export const ordersShipped = metrics.counter('shop_orders_shipped_total', 'Orders whose parcel went to the carrier')
