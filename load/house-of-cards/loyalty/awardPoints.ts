import { coalescing } from '@petrel/messaging'
import type { Pool } from 'pg'
import { pointsFor } from '../../../services/loyalty/src/ledger.ts'
import type { Reply, Request } from '../http/serve.ts'

export interface Award {
  readonly orderId: string
  readonly customerId: string
  readonly amountCents: number
}

interface Entry {
  readonly request_key: string
  readonly order_id: string
  readonly customer_id: string
  readonly points: number
  readonly at: Date
}

const book = `
  with entry as (
    insert into ledger select * from jsonb_populate_recordset(null::ledger, $1::jsonb)
    on conflict do nothing returning customer_id, points
  )
  insert into balances (customer_id, balance)
  select customer_id, sum(points) from entry group by customer_id order by customer_id
  on conflict (customer_id) do update set balance = balances.balance + excluded.balance`

/** Awards points for an order. Orders that come while others are booked share a statement. */
export function awardPoints(database: Pool): (request: Request<Award>) => Promise<Reply> {
  // One at a time: two statements with the same customers could wait for each other for ever.
  const award = coalescing((entries: readonly Entry[]) => bookAll(database, entries), { underWay: 1 })
  return async ({ key, body: { orderId, customerId, amountCents } }) => {
    const points = pointsFor(amountCents)
    const balance = await award({ request_key: key, order_id: orderId, customer_id: customerId, points, at: new Date() })
    return { status: 201, body: { points, balance } }
  }
}

async function bookAll(database: Pool, entries: readonly Entry[]): Promise<number[]> {
  await database.query({ name: 'book', text: book, values: [JSON.stringify(entries)] })
  const { rows } = await database.query<{ id: string; balance: number }>({
    name: 'balances',
    text: 'select customer_id as id, balance::float8 as balance from balances where customer_id = any($1)',
    values: [entries.map(({ customer_id }) => customer_id)],
  })
  const balances = new Map(rows.map(({ id, balance }) => [id, balance]))
  return entries.map(({ customer_id }) => balances.get(customer_id) ?? 0)
}
