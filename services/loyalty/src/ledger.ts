import type { Tx } from '@petrel/messaging'

/** One booking on a customer's account; revoked points are negative. */
export interface Entry {
  readonly orderId: string
  readonly customerId: string
  readonly points: number
  readonly at: Date
}

/** One point for each full unit of the currency, 1.00. */
export const pointsFor = (amountCents: number): number => Math.floor(amountCents / 100)

/**
 * Books entries, each once, and moves the customers' balances. Rows are locked in the order of their keys, so that no two
 * batches wait for each other for ever.
 * @returns for each entry the customer's balance after it; undefined for one that was booked before
 */
export async function book(kind: 'awarded' | 'revoked', entries: readonly Entry[], tx: Tx): Promise<(number | undefined)[]> {
  const rows = await tx.query<{ orderId: string; customerId: string; before: number }>(insertEntries, [
    kind,
    entries.map(({ orderId }) => orderId),
    entries.map(({ customerId }) => customerId),
    entries.map(({ points }) => points),
    entries.map(({ at }) => at),
  ])
  const booked = new Set(rows.map(({ orderId }) => orderId))
  const balances = new Map(rows.map(({ customerId, before }) => [customerId, before]))
  return entries.map(({ orderId, customerId, points }) => {
    if (!booked.delete(orderId)) return undefined
    const balance = (balances.get(customerId) ?? 0) + points
    balances.set(customerId, balance)
    return balance
  })
}

const insertEntries = `
  with entry as (
    insert into ledger (order_id, kind, customer_id, points, at)
    select order_id, $1, customer_id, points, at
    from unnest($2::text[], $3::text[], $4::integer[], $5::timestamptz[]) with ordinality
      as new (order_id, customer_id, points, at, place)
    order by order_id, place
    on conflict (order_id, kind) do nothing returning order_id, customer_id, points
  ), account as (
    insert into balances (customer_id, balance)
    select customer_id, sum(points) from entry group by customer_id order by customer_id
    on conflict (customer_id) do update set balance = balances.balance + excluded.balance
    returning customer_id, balance
  )
  select order_id as "orderId", customer_id as "customerId",
    balance - (sum(points) over (partition by customer_id))::bigint as before
  from entry join account using (customer_id)`
