import { StockLevelChanged } from '@petrel/contracts'
import { transactionalHandler } from '@petrel/messaging'

/**
 * The catalogue shows the level with the highest version. One sku is handled in one lane, so two lanes do not wait for
 * each other's rows.
 */
export const showStockLevel = transactionalHandler(StockLevelChanged, async (level, { tx }) => {
  await tx.query(
    `insert into stock_level (sku, available, version) values ($1, $2, $3)
     on conflict (sku) do update set available = excluded.available, version = excluded.version
     where stock_level.version < excluded.version`,
    [level.sku, level.available, level.version],
  )
})
