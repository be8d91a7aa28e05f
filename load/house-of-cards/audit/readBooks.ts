import { withClient } from '../databases.ts'
import type { House } from '../house.ts'
import type { ProcessName } from '../names.ts'

/** What a customer was told; null when nobody can know: the connection or the process was gone before. */
export type Told = 'yes' | 'no' | null

export interface Entry {
  readonly orderId: string
  readonly told: Told
  /** What the shop says became of it: `shipped`, `declined` …; null while it does not know. */
  readonly status: string | null
}

/** What each service has written down, an order's id for each time: charged twice is there twice. */
export interface HouseBooks {
  readonly orders: readonly Entry[]
  readonly billed: readonly string[]
  /** At the payment gateway, whatever billing believes. */
  readonly charged: readonly string[]
  readonly refunded: readonly string[]
  /** Without what was put back. */
  readonly reserved: readonly string[]
  readonly points: readonly string[]
  readonly shipped: readonly string[]
  readonly mailed: readonly string[]
}

/** @param customers the beginning of the ids of those whose orders are looked at; default: everybody's */
export async function readBooks({ databases }: Pick<House, 'databases'>, customers = ''): Promise<HouseBooks> {
  const read = async <Row extends object>(name: ProcessName, sql: string, values: unknown[] = []) => {
    const { rows } = await withClient(databases.get(name) ?? '', (client) => client.query<Row>(sql, values))
    return rows
  }
  const orders = await read<Entry>(
    'client-ui',
    `select request_key as "orderId", told, outcome->>'status' as status from orders where starts_with(customer_id, $1)`,
    [customers],
  )
  const ids = orders.map(({ orderId }) => orderId)
  const idsIn = async (name: ProcessName, from: string) => {
    const rows = await read<{ id: string }>(name, `select order_id as id from ${from} order_id = any($1)`, [ids])
    return rows.map(({ id }) => id)
  }
  return {
    orders,
    billed: await idsIn('billing', 'invoices where'),
    charged: await idsIn('payment-gateway', 'payments where declined_because is null and'),
    refunded: await idsIn('payment-gateway', 'refunds where'),
    reserved: await idsIn(
      'stock',
      '(select distinct order_id, request_key from reservations where released_at is null) as kept where',
    ),
    points: await idsIn('loyalty', 'ledger where'),
    shipped: await idsIn('shipping', 'shipments where'),
    mailed: await idsIn('email', 'mails where'),
  }
}
