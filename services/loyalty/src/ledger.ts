import type { Tx } from '@petrel/messaging'

/** One booking on a customer's account; revoked points are negative. */
export interface Entry {
  readonly orderId: string
  readonly kind: 'awarded' | 'revoked'
  readonly customerId: string
  readonly points: number
  readonly at: Date
}

/** One point for each full unit of the currency, 1.00. */
export const pointsFor = (amountCents: number): number => Math.floor(amountCents / 100)

/**
 * Books an entry once and moves the customer's balance. A customer's orders are on different lanes, and each lane books
 * for many customers in one transaction: taking the rows in each lane's own order would end in deadlocks, so one lane
 * books at a time. The advisory lock is held until the batch commits.
 * @returns the balance afterwards; undefined when the entry was booked before
 */
export async function book({ orderId, kind, customerId, points, at }: Entry, tx: Tx): Promise<number | undefined> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('loyalty'))`)
  const [account] = await tx.query<{ balance: number }>(
    `with entry as (
       insert into ledger (order_id, kind, customer_id, points, at) values ($1, $2, $3, $4, $5)
       on conflict (order_id, kind) do nothing returning customer_id, points
     )
     insert into balances (customer_id, balance) select customer_id, points from entry
     on conflict (customer_id) do update set balance = balances.balance + excluded.balance
     returning balance`,
    [orderId, kind, customerId, points, at],
  )
  return account?.balance
}
