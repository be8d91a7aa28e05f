import { StockLevelChanged, StockReleased, StockReservationRejected, StockReserved } from '@petrel/contracts'
import { endpoint } from '@petrel/messaging'
import { countListedProduct } from './countListedProduct.ts'
import { releaseStock } from './releaseStock.ts'
import { reserveStock } from './reserveStock.ts'
import { restockProduct } from './restockProduct.ts'

export const stock = endpoint({
  name: 'stock',
  handlers: [reserveStock, releaseStock, restockProduct, countListedProduct],
  produces: [StockReserved, StockReservationRejected, StockReleased, StockLevelChanged],
})
