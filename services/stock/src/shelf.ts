import { type OrderLine, StockLevelChanged } from '@petrel/contracts'
import type { HandlerContext, Tx } from '@petrel/messaging'

/** Pieces of a product that a new order may reserve, after a change. */
export interface Level {
  readonly sku: string
  readonly available: number
  readonly version: number
}

/**
 * First statement of every handler here. Several lanes and replicas change the same few rows, each in a transaction over
 * many orders; locking the rows in the orders' own order would end in deadlocks. An advisory lock and not `lock table`:
 * autovacuum would give way to that again and again, while these rows need it most. Held until the batch commits.
 */
export const lockShelf = (tx: Tx): Promise<unknown> => tx.query(`select pg_advisory_xact_lock(hashtext('stock'))`)

/** Takes all lines from the shelf, or none. @returns the new levels, or the products of which there is not enough. */
export async function take(lines: readonly OrderLine[], tx: Tx): Promise<{ levels: Level[]; missing: string[] }> {
  const rows = await tx.query<Level & { missing: boolean }>(
    `with wanted as (
       select sku, sum(quantity) as quantity from unnest($1::text[], $2::bigint[]) as line (sku, quantity) group by sku
     ), missing as (
       select sku from wanted left join stock using (sku) where stock.available is null or stock.available < wanted.quantity
     ), taken as (
       update stock set available = stock.available - wanted.quantity, version = stock.version + 1
       from wanted where stock.sku = wanted.sku and not exists (select from missing)
       returning stock.sku, stock.available, stock.version
     )
     select sku, available, version, false as missing from taken
     union all select sku, 0, 0, true from missing
     order by sku`,
    [lines.map((line) => line.sku), lines.map((line) => line.quantity)],
  )
  return {
    levels: rows.filter((row) => !row.missing).map(({ sku, available, version }) => ({ sku, available, version })),
    missing: rows.filter((row) => row.missing).map((row) => row.sku),
  }
}

/** Puts back what is reserved for an order, once. @returns the new levels; none when nothing is reserved (any more). */
export const putBack = (orderId: string, releasedAt: Date, tx: Tx): Promise<Level[]> =>
  tx.query<Level>(
    `with released as (
       update reservations set released_at = $2 where order_id = $1 and released_at is null returning sku, quantity
     )
     update stock set available = stock.available + released.quantity, version = stock.version + 1
     from released where stock.sku = released.sku
     returning stock.sku, stock.available, stock.version`,
    [orderId, releasedAt],
  )

/** Adds pieces of a product, new or known. @returns the new levels. */
export const add = (sku: string, quantity: number, tx: Tx): Promise<Level[]> =>
  tx.query<Level>(
    `insert into stock (sku, available, version) values ($1, $2, 1)
     on conflict (sku) do update set available = stock.available + excluded.available, version = stock.version + 1
     returning sku, available, version`,
    [sku, quantity],
  )

/** Counts a product from zero, unless it is counted already. @returns the new level; none when nothing has changed */
export const startCounting = (sku: string, tx: Tx): Promise<Level[]> =>
  tx.query<Level>(
    `insert into stock (sku, available, version) values ($1, 0, 1)
     on conflict (sku) do nothing returning sku, available, version`,
    [sku],
  )

export function publishLevels(levels: readonly Level[], publish: HandlerContext['publish']): void {
  for (const { sku, available, version } of levels) publish(StockLevelChanged({ sku, available, version }))
}
