import type { Entry } from '../../targets.ts'
import { withClient } from '../databases.ts'
import type { House } from '../house.ts'
import type { ProcessName } from '../names.ts'

/** What a customer was told; null when nobody can know: the connection or the process was gone before. */
export type Told = 'yes' | 'no' | null

export interface KnownOrder extends Entry {
  readonly told: Told
  /** What the shop says became of it: `shipped`, `declined` …; null while it does not know. */
  readonly status: string | null
}

/** What each service has written down, an entry for each time: charged twice is there twice. */
export interface HouseBooks {
  readonly orders: readonly KnownOrder[]
  readonly billed: readonly Entry[]
  /** At the payment gateway, whatever billing believes. */
  readonly charged: readonly Entry[]
  readonly refunded: readonly Entry[]
  /** Without what was put back. */
  readonly reserved: readonly Entry[]
  readonly points: readonly Entry[]
  readonly shipped: readonly Entry[]
  readonly mailed: readonly Entry[]
}

const ms = (at: string) => `round(extract(epoch from ${at}) * 1000)::float8 as at`

const orders = `
  select request_key as "orderId", ${ms('accepted_at')}, told, outcome->>'status' as status from orders
  where starts_with(customer_id, $1)`

const entries = (at: string, table: string, but = 'true') =>
  `select order_id as "orderId", ${ms(at)} from ${table} where order_id = any($1) and ${but}`

/** A reservation has a row for each product. */
const reserved = `
  select order_id as "orderId", ${ms('min(reserved_at)')} from reservations
  where order_id = any($1) and released_at is null group by order_id, request_key`

/** @param customers the beginning of the ids of those whose orders are looked at; default: everybody's */
export async function readBooks({ databases }: Pick<House, 'databases'>, customers = ''): Promise<HouseBooks> {
  const read = async <Row extends Entry = Entry>(name: ProcessName, sql: string, value: unknown): Promise<readonly Row[]> =>
    withClient(databases.get(name) ?? '', async (client) => (await client.query<Row>(sql, [value])).rows)

  const known = await read<KnownOrder>('client-ui', orders, customers)
  const ids = known.map(({ orderId }) => orderId)
  const [billed, charged, refunded, inStock, points, shipped, mailed] = await Promise.all([
    read('billing', entries('billed_at', 'invoices'), ids),
    read('payment-gateway', entries('at', 'payments', 'declined_because is null'), ids),
    read('payment-gateway', entries('at', 'refunds'), ids),
    read('stock', reserved, ids),
    read('loyalty', entries('at', 'ledger'), ids),
    read('shipping', entries('shipped_at', 'shipments'), ids),
    read('email', entries('sent_at', 'mails'), ids),
  ])
  return { orders: known, billed, charged, refunded, reserved: inStock, points, shipped, mailed }
}
