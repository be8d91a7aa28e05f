import type pg from 'pg'
import type { Product } from '../order/order.ts'
import type { ReadModel } from './port.ts'
import { type AcceptanceRow, type HistoryRow, toOrder } from './rows.ts'

interface ProductRow {
  readonly sku: string
  readonly name: string
  readonly unit_cents: string
  readonly currency: string
  readonly available: string | null
}

/** An order that is not on its way by then is late: the page says so, and shipping raises its alarm. */
const lateAfterSeconds = 30
/** The late orders are looked for among this many of the newest. */
const lookedAt = 10_000
const mostLate = 200

/** The read model in the service's own database (migrations/). */
export function postgresReadModel(pool: pg.Pool): ReadModel {
  return {
    async orders(ids) {
      const [acceptances, history] = await Promise.all([
        pool.query<AcceptanceRow>('select * from acceptance where order_id = any($1)', [ids]),
        pool.query<HistoryRow>(
          `select order_id, entry, type, at, total_cents, detail from order_history
           where order_id = any($1) order by at, entry`,
          [ids],
        ),
      ])
      const accepted = new Map(acceptances.rows.map((row) => [row.order_id, row]))
      const happened = Map.groupBy(history.rows, (row) => row.order_id)
      return [...new Set([...accepted.keys(), ...happened.keys()])].map((orderId) =>
        toOrder(orderId, accepted.get(orderId), happened.get(orderId) ?? []),
      )
    },
    async latest(limit) {
      const { rows } = await pool.query<{ order_id: string }>(latestOrders, [limit, lookedAt, lateAfterSeconds, mostLate])
      return rows.map((row) => row.order_id)
    },
    async lastAnswers() {
      const { rows } = await pool.query<{ type: string; accepted_at: Date }>(lastOfEachType)
      return new Map(rows.map((row) => [row.type, row.accepted_at]))
    },
    async catalogue() {
      const { rows } = await pool.query<ProductRow>(
        `select sku, name, unit_cents, currency, available
         from product left join stock_level using (sku) order by sku`,
      )
      return rows.map(toProduct)
    },
  }
}

/** The newest, whether this service accepted them or only their events are here; and those that are stuck or delayed. */
const latestOrders = `
  with accepted as (select order_id, accepted_at from acceptance order by accepted_at desc limit $2),
  placed as (select order_id, at from order_history where type = 'OrderPlaced' order by at desc limit $1),
  newest as (
    select order_id from (
      select order_id, accepted_at as at from accepted
      union all select order_id, at from placed where not exists (select from acceptance where order_id = placed.order_id)
    ) as every order by at desc limit $1
  ),
  stuck as (
    select order_id from accepted
    where accepted_at < now() - make_interval(secs => $3)
      and not exists (select from order_history where order_id = accepted.order_id)
    order by accepted_at desc limit $4
  ),
  delayed as (
    select order_id from order_history as alarm
    where type = 'ShipmentDelayed' and not exists (
      select from order_history where order_id = alarm.order_id and type in (
        'OrderShipped', 'OrderCancelled', 'OrderRefunded', 'PaymentDeclined', 'StockReservationRejected'
      )
    )
    order by at desc limit $4
  )
  select order_id from newest union select order_id from stuck union select order_id from delayed`

/** A loose index scan (https://wiki.postgresql.org/wiki/Loose_indexscan): a few steps in the index, however long the history is. */
const lastOfEachType = `
  with recursive last as (
    (select type, at, order_id from order_history order by type, at desc limit 1)
    union all
    select next.type, next.at, next.order_id from last, lateral (
      select type, at, order_id from order_history where type > last.type order by type, at desc limit 1
    ) as next
  )
  select type, coalesce(accepted_at, at) as accepted_at from last left join acceptance using (order_id)`

const toProduct = ({ sku, name, unit_cents, currency, available }: ProductRow): Product => ({
  sku,
  name,
  unitCents: Number(unit_cents),
  currency,
  available: available === null ? null : Number(available),
})
