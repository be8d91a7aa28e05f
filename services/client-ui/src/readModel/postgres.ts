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
/** Who has answered nothing among so many events has not answered lately. */
const lately = 2_000

/** The read model in the service's own database (migrations/). */
export function postgresReadModel(pool: pg.Pool): ReadModel {
  return {
    async snapshot() {
      // https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
      const { rows } = await pool.query<{ seen: string }>('select pg_current_snapshot()::text as seen')
      return rows[0]?.seen ?? ''
    },
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
    async newest(limit) {
      const { rows } = await pool.query<{ order_id: string }>(newestOrders, [limit, lookedAt])
      return rows.map((row) => row.order_id)
    },
    async late() {
      const { rows } = await pool.query<{ order_id: string }>(lateOrders, [lookedAt, lateAfterSeconds, mostLate])
      return rows.map((row) => row.order_id)
    },
    async lastAnswers() {
      const { rows } = await pool.query<{ type: string; accepted_at: Date }>(lastOfEachType, [lately])
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

/** Whether this service accepted them or only their events are here. */
const newestOrders = `
  with accepted as (select order_id, accepted_at as at from acceptance order by accepted_at desc limit $1),
  heard as (select order_id, type, at from order_history order by entry desc limit $2),
  placed as (select order_id, at from heard where type = 'OrderPlaced' order by at desc limit $1)
  select order_id from (
    select order_id, at from accepted
    union all select order_id, at from placed where not exists (select from acceptance where order_id = placed.order_id)
  ) as every order by at desc limit $1`

/** Those that no service has answered, and those that shipping misses something of. */
const lateOrders = `
  with accepted as (select order_id, accepted_at from acceptance order by accepted_at desc limit $1),
  stuck as (
    select order_id from accepted
    where accepted_at < now() - make_interval(secs => $2)
      and not exists (select from order_history where order_id = accepted.order_id)
    order by accepted_at desc limit $3
  ),
  delayed as (
    select order_id from order_history as alarm
    where type = 'ShipmentDelayed' and not exists (
      select from order_history where order_id = alarm.order_id and type in (
        'OrderShipped', 'OrderCancelled', 'OrderRefunded', 'PaymentDeclined', 'StockReservationRejected'
      )
    )
    order by at desc limit $3
  )
  select order_id from stuck union select order_id from delayed`

const lastOfEachType = `
  with heard as (select type, at, order_id from order_history order by entry desc limit $1),
  last as (select distinct on (type) type, at, order_id from heard order by type, at desc)
  select type, coalesce(accepted_at, at) as accepted_at from last left join acceptance using (order_id)`

const toProduct = ({ sku, name, unit_cents, currency, available }: ProductRow): Product => ({
  sku,
  name,
  unitCents: Number(unit_cents),
  currency,
  available: available === null ? null : Number(available),
})
