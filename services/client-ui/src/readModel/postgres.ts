import type pg from 'pg'
import type { HistoryEntry, Order, Product } from '../order/order.ts'
import { statusOf } from '../order/status.ts'
import type { ReadModel } from './port.ts'

interface HistoryRow {
  readonly order_id: string
  readonly entry: string
  readonly type: string
  readonly at: Date
  readonly total_cents: string | null
  readonly detail: object | null
}

interface ProductRow {
  readonly sku: string
  readonly name: string
  readonly unit_cents: string
  readonly currency: string
  readonly available: string
}

/** The read model in the service's own database (migrations/001_read_model.sql). */
export function postgresReadModel(pool: pg.Pool): ReadModel {
  return {
    async orders(ids) {
      const { rows } = await pool.query<HistoryRow>(
        `select order_id, entry, type, at, total_cents, detail from order_history
         where order_id = any($1) order by at, entry`,
        [ids],
      )
      return [...Map.groupBy(rows, (row) => row.order_id)].map(([orderId, history]) => toOrder(orderId, history))
    },
    async latest(limit) {
      const { rows } = await pool.query<{ order_id: string }>(
        `select order_id from order_history where type = 'OrderPlaced' order by entry desc limit $1`,
        [limit],
      )
      return [...new Set(rows.map((row) => row.order_id))].toReversed()
    },
    async catalogue() {
      const { rows } = await pool.query<ProductRow>(
        `select sku, name, unit_cents, currency, coalesce(available, 0) as available
         from product left join stock_level using (sku) order by sku`,
      )
      return rows.map(toProduct)
    },
  }
}

function toOrder(orderId: string, rows: readonly HistoryRow[]): Order {
  const total = rows.find((row) => row.total_cents !== null)?.total_cents
  return {
    orderId,
    status: statusOf(rows.map((row) => row.type)),
    totalCents: total === undefined || total === null ? null : Number(total),
    history: rows.map(({ entry, type, at, detail }): HistoryEntry => ({ entry: Number(entry), type, at, detail })),
  }
}

const toProduct = ({ sku, name, unit_cents, currency, available }: ProductRow): Product => ({
  sku,
  name,
  unitCents: Number(unit_cents),
  currency,
  available: Number(available),
})
