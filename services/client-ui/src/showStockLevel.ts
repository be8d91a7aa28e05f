import { StockLevelChanged } from '@petrel/contracts'
import { batchHandler } from '@petrel/messaging'

/** The catalogue shows the level with the highest version. Of many that come together only the newest is written. */
export const showStockLevel = batchHandler(StockLevelChanged, async (messages, { tx }) => {
  const levels = messages.map(({ data }) => data)
  await tx.query(
    `insert into stock_level (sku, available, version)
     select distinct on (sku) sku, available, version
     from unnest($1::text[], $2::bigint[], $3::bigint[]) as new (sku, available, version) order by sku, version desc
     on conflict (sku) do update set available = excluded.available, version = excluded.version
     where stock_level.version < excluded.version`,
    [levels.map(({ sku }) => sku), levels.map(({ available }) => available), levels.map(({ version }) => version)],
  )
})
