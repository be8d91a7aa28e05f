import type { Log } from '@petrel/messaging'
import type { Product } from '../order/order.ts'
import type { ReadModel } from './port.ts'
import { rounds } from './rounds.ts'

/** The catalogue in memory: orders are checked against it, and go on being accepted, while the database is away. */
export interface Catalogue {
  /** Empty until it was read once. */
  products(): readonly Product[]
  /** When it was read last: what it says of the stock may have changed since. Undefined until it was read once. */
  readAt(): Date | undefined
  has(sku: string): boolean
  close(): Promise<void>
}

const readEveryMs = 1_000

/** Keeps the last catalogue that could be read, and reads it again every second. */
export function cachedCatalogue(readModel: Pick<ReadModel, 'catalogue'>, log: Log): Catalogue {
  let products: readonly Product[] = []
  let skus = new Set<string>()
  let readAt: Date | undefined
  const refresh = rounds(
    async () => {
      products = await readModel.catalogue()
      skus = new Set(products.map((product) => product.sku))
      readAt = new Date()
      refresh.soon()
    },
    log,
    readEveryMs,
  )
  refresh.soon()
  return { products: () => products, readAt: () => readAt, has: (sku) => skus.has(sku), close: refresh.close }
}
