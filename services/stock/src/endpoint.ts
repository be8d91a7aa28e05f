import { StockLevelChanged, StockReleased, StockReservationRejected, StockReserved } from '@petrel/contracts'
import { endpoint } from '@petrel/messaging'
import { releaseStock } from './releaseStock.ts'
import { reserveStock } from './reserveStock.ts'
import { restockProduct } from './restockProduct.ts'

export const stock = endpoint({
  name: 'stock',
  handlers: [reserveStock, releaseStock, restockProduct],
  produces: [StockReserved, StockReservationRejected, StockReleased, StockLevelChanged],
})
