import { type OrderLine, StockLevelChanged } from '@petrel/contracts'
import type { HandlerContext, Tx } from '@petrel/messaging'

/** Pieces of a product that a new order may reserve. */
interface Level {
  readonly sku: string
  readonly available: number
  readonly version: number
}

type Publish = HandlerContext['publish']

/** The levels of some products, locked until the batch commits. Changes are made here, and written once with `save`. */
export class Shelf {
  readonly #levels: Map<string, Level>
  readonly #changedBy = new Map<string, Publish>()

  constructor(levels: readonly Level[]) {
    this.#levels = new Map(levels.map((level) => [level.sku, level]))
  }

  /** Takes all lines, or none. @returns the products of which there is not enough */
  take(lines: readonly OrderLine[], publish: Publish): string[] {
    const wanted = Map.groupBy(lines, ({ sku }) => sku)
    const missing = [...wanted].filter(([sku, each]) => (this.#levels.get(sku)?.available ?? -1) < pieces(each))
    if (missing.length > 0) return missing.map(([sku]) => sku).toSorted()
    for (const { sku, quantity } of lines) this.#add(sku, -quantity, publish)
    return []
  }

  put(lines: readonly OrderLine[], publish: Publish): void {
    for (const { sku, quantity } of lines) this.#add(sku, quantity, publish)
  }

  /** Writes what has changed. Each new level is published once, by the message that changed it last. */
  async save(tx: Tx): Promise<void> {
    const changed = [...this.#changedBy.keys()].toSorted().flatMap((sku) => this.#levels.get(sku) ?? [])
    const levels = changed.map(({ sku, available, version }) => ({ sku, available, version: version + 1 }))
    if (levels.length > 0) await write(levels, tx)
    for (const level of levels) this.#changedBy.get(level.sku)?.(StockLevelChanged(level))
  }

  #add(sku: string, quantity: number, publish: Publish): void {
    const level = this.#levels.get(sku)
    if (level === undefined) return
    this.#levels.set(sku, { ...level, available: level.available + quantity })
    this.#changedBy.set(sku, publish)
  }
}

const pieces = (lines: readonly OrderLine[]) => lines.reduce((sum, { quantity }) => sum + quantity, 0)

/** Locks products by name, so that no two batches wait for each other. Products that were never counted are not on it. */
export async function lockShelf(skus: readonly string[], tx: Tx): Promise<Shelf> {
  return new Shelf(
    await tx.query<Level>('select sku, available, version from stock where sku = any($1) order by sku for update', [skus]),
  )
}

/** Counts products from zero, unless they are counted already; their first level is still to be published. @returns those that are new */
export async function startCounting(skus: readonly string[], tx: Tx): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ sku: string }>(
    `insert into stock (sku, available, version) select distinct sku, 0, 0 from unnest($1::text[]) as sku order by sku
     on conflict (sku) do nothing returning sku`,
    [skus],
  )
  return new Set(rows.map(({ sku }) => sku))
}

/** Marks what is reserved for orders as put back, once. @returns what it is, by order; nothing for one without reservation (any more) */
export async function release(orderIds: readonly string[], releasedAt: Date, tx: Tx): Promise<Map<string, OrderLine[]>> {
  const rows = await tx.query<OrderLine & { orderId: string }>(
    `update reservations set released_at = $2 where order_id = any($1) and released_at is null
     returning order_id as "orderId", sku, quantity`,
    [orderIds, releasedAt],
  )
  return Map.groupBy(rows, ({ orderId }) => orderId)
}

const write = (levels: readonly Level[], tx: Tx): Promise<unknown> =>
  tx.query(
    `update stock set available = new.available, version = new.version
     from unnest($1::text[], $2::bigint[], $3::bigint[]) as new (sku, available, version) where stock.sku = new.sku`,
    [levels.map(({ sku }) => sku), levels.map(({ available }) => available), levels.map(({ version }) => version)],
  )
