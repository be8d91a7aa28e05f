import type { Pool } from 'pg'

/** Everything that happened to an order's money. */
export interface Statement {
  readonly orderId: string
  readonly charges: readonly object[]
  readonly refunds: readonly object[]
  readonly declines: readonly object[]
}

/** For an audit: what happened to everybody's money. */
export interface Totals {
  readonly charges: number
  readonly refunds: number
  readonly declines: number
  /** Must be zero, whatever happens. */
  readonly ordersChargedTwice: number
}

export async function statementOf(database: Pool, orderId: string): Promise<Statement> {
  const payments = await database.query<{
    declinedBecause: string | null
    amountCents: number
    currency: string
    at: Date
    chargeId: string
  }>(
    `select charge_id as "chargeId", amount_cents::float8 as "amountCents", currency, declined_because as "declinedBecause", at
     from payments where order_id = $1 order by at`,
    [orderId],
  )
  const refunds = await database.query<object>(
    `select refund_id as "refundId", amount_cents::float8 as "amountCents", currency, at from refunds where order_id = $1 order by at`,
    [orderId],
  )
  const taken = payments.rows.filter((payment) => payment.declinedBecause === null)
  const declined = payments.rows.filter((payment) => payment.declinedBecause !== null)
  return {
    orderId,
    charges: taken.map(({ chargeId, amountCents, currency, at }) => ({ chargeId, amountCents, currency, at })),
    refunds: refunds.rows,
    declines: declined.map(({ declinedBecause, amountCents, currency, at }) => ({
      reason: declinedBecause,
      amountCents,
      currency,
      at,
    })),
  }
}

export async function totals(database: Pool): Promise<Totals> {
  const counted = await database.query<Totals>(
    `select
       (select count(*) from payments where declined_because is null)::float8 as charges,
       (select count(*) from refunds)::float8 as refunds,
       (select count(*) from payments where declined_because is not null)::float8 as declines,
       (select count(*) from (
         select from payments where declined_because is null group by order_id having count(*) > 1
       ) as twice)::float8 as "ordersChargedTwice"`,
  )
  return counted.rows[0] ?? { charges: 0, refunds: 0, declines: 0, ordersChargedTwice: 0 }
}

/** The latest answers, newest first. */
export async function recentPayments(database: Pool): Promise<object[]> {
  const { rows } = await database.query<object>(
    `select charge_id as "chargeId", order_id as "orderId", payments.amount_cents::float8 as "amountCents", payments.currency,
       declined_because as "declinedBecause", refund_id is not null as "isRefunded", payments.at
     from payments left join refunds using (order_id) order by payments.at desc limit 20`,
  )
  return rows
}
