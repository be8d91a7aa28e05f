import { CancelOrder, PlaceOrder } from '@petrel/contracts'
import { endpoint } from '@petrel/messaging'
import { ordersPlaced } from './counters.ts'
import { listProduct } from './listProduct.ts'
import { recordHistory } from './recordHistory.ts'
import { showStockLevel } from './showStockLevel.ts'

/** The shop's front: hands orders over, and listens to what becomes of them. It has no events of its own. */
export const clientUi = endpoint({
  name: 'client-ui',
  handlers: [listProduct, showStockLevel, ...recordHistory],
  produces: [PlaceOrder, CancelOrder],
  counters: [ordersPlaced],
})
